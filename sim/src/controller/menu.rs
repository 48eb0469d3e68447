//! What of a controller is audited: a few periods, those who make them in turn and those who use them, and what
//! all can do beside the strategies.

use super::scenario::{Audit, Scenario, Strategy, World, suits};
use carrots::play::{Group, Strategies};
use carrots::scenario::{Amounts, Invalid, Run, expect};
use carrots::scene::TOKENS_MAX;
use carrots_kernel::Balance;
use carrots_logic::controller::{Params, Sensor};

/// The most periods in which somebody who learns is audited.
const LEARNING_MAX: u32 = 3;

/// What a player does: its strategy, or a variant of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Plan {
    pub(super) strategy: Strategy,
    pub(super) variant: Variant,
}

/// How a strategy is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Variant {
    /// As the simulator does.
    Plain,
    /// Makes no period, or uses none.
    Out,
    /// Maker: leaves its first period empty.
    EmptyOnce,
    /// Maker: uses up what is left of its first period.
    StuffOnce,
    /// User: takes nothing unless an eighth of what it is worth is left, so that prices fall.
    Shaded,
}

impl Plan {
    /// A strategy as it is.
    pub(super) const fn of(strategy: Strategy) -> Self {
        Self { strategy, variant: Variant::Plain }
    }

    /// A variant of the honest one.
    pub(super) const fn honest(variant: Variant) -> Self {
        Self { strategy: Strategy::Honest, variant }
    }

    /// Whether a maker leaves its period empty, by how many it made before.
    pub(super) fn is_empty(self, made: u32) -> bool {
        match (self.strategy, self.variant) {
            (_, Variant::Out) => true,
            (_, Variant::EmptyOnce) => made == 0,
            (Strategy::Empty, _) => made.is_multiple_of(2),
            _ => false,
        }
    }

    /// Whether a maker uses up what is left of its period, by how many it made before.
    pub(super) fn stuffs(self, made: u32) -> bool {
        match (self.strategy, self.variant) {
            (_, Variant::StuffOnce) => made == 0,
            (Strategy::Stuffing, _) => true,
            _ => false,
        }
    }
}

/// A controller in play.
pub struct Game {
    pub(super) params: Params,
    pub(super) world: World,
    /// What is audited, if anything is.
    pub(super) audit: Option<Audit>,
}

/// The controller that is audited, as a scenario: a few periods.
pub fn audited(scenario: &Scenario) -> Result<Scenario, Invalid> {
    let Scenario { params, world, intended, run, .. } = scenario;
    expect(intended.strategy == "honest", "intended.strategy", "honest to be audited")?;
    let audit = scenario.audit.unwrap_or_default();
    let is_sold = params.sensor == Sensor::Use;
    let makers = if is_sold { 1..=8 } else { 0..=0 };
    let expected = if is_sold { "1 to 8 makers" } else { "0: nothing is sold" };
    expect(makers.contains(&audit.makers), "audit.makers", expected)?;
    expect((1..=12).contains(&audit.users), "audit.users", "1 to 12 users")?;
    expect((1..=64).contains(&audit.rounds), "audit.rounds", "1 to 64 rounds")?;
    let (all, few) = (world.values.len() as u64, u64::from(audit.users));
    let exact = all.is_multiple_of(few);
    let expected = format!("a number by which {all} values can be divided");
    expect(exact, "audit.users", expected)?;
    // Each stands for so many, and the one in the middle of them says what a unit is worth.
    let each = all / few;
    let values = world.values.iter().skip(each as usize / 2).step_by(each as usize).copied();
    let world = &World {
        makers: audit.makers,
        values: values.collect(),
        units: world.units.saturating_mul(each),
        shocks: Vec::new(),
        ..world.clone()
    };
    let fits = Balance::from(world.units) <= params.capacity;
    expect(fits, "audit.users", "so many that what one wants is at most the capacity")?;
    let dear = world.values.iter().copied().max().unwrap_or(0);
    // What a period costs at twice the highest price that anybody could pay.
    let price = Balance::from(dear).max(params.initial).max(params.least).saturating_mul(2);
    let stake = price
        .checked_add(world.tip)
        .and_then(|price| price.checked_mul(params.capacity))
        .and_then(|all| all.checked_mul(audit.rounds.into()));
    let players = Balance::from(audit.makers + audit.users);
    let all = stake.and_then(|stake| stake.checked_mul(players + 2));
    let expected = "at most 2^112 tokens to use up all capacity";
    expect(all.is_some_and(|all| all <= TOKENS_MAX), "params.capacity", expected)?;
    let group = Group {
        strategy: Strategy::Honest,
        count: audit.makers + audit.users,
        stake: Amounts::Fixed(stake.unwrap_or(0)),
    };
    Ok(Scenario {
        world: world.clone(),
        agents: vec![group],
        run: Run { horizon: audit.rounds, ..*run },
        audit: Some(audit),
        ..scenario.clone()
    })
}

impl Game {
    /// Whether a player makes periods.
    pub(super) fn is_maker(&self, player: usize) -> bool {
        player < self.world.makers as usize
    }

    /// What a unit is worth to a user in a round.
    pub(super) fn value(&self, player: usize, round: u32) -> Balance {
        let values = &self.world.values;
        let value = values[(player - self.world.makers as usize) % values.len()];
        let now = self.world.shocks.iter().rfind(|shock| shock.round <= round);
        let percent = now.map_or(100, |shock| shock.percent);
        Balance::from(value) * Balance::from(percent) / 100
    }

    /// What whoever makes periods can do, and whoever uses them.
    pub(super) fn menu(&self, player: usize) -> Vec<Plan> {
        let variants = self.audit.is_some_and(|audit| audit.variants);
        let more: &[Variant] = match (variants, self.params.sensor, self.is_maker(player)) {
            (false, ..) | (_, Sensor::Report, _) => &[],
            (_, _, true) => &[Variant::EmptyOnce, Variant::StuffOnce],
            (_, _, false) => &[Variant::Shaded],
        };
        let mut plans = vec![Plan::of(Strategy::Honest)];
        plans.extend(more.iter().map(|variant| Plan::honest(*variant)));
        plans.push(Plan::honest(Variant::Out));
        plans
    }

    /// Whether a player can follow a strategy.
    pub(super) fn is_of(&self, player: usize, strategy: Strategy) -> bool {
        // Whoever learns draws in every period.
        let few = self.audit.is_none_or(|audit| audit.rounds <= LEARNING_MAX);
        (few || strategy != Strategy::Adaptive)
            && suits(self.params.sensor == Sensor::Use, self.is_maker(player), strategy)
    }
}

/// A plan in words.
pub fn named(plan: Plan) -> String {
    let name = match plan.variant {
        Variant::Plain => plan.strategy.name(),
        Variant::Out => "out",
        Variant::EmptyOnce => "leave the first period empty",
        Variant::StuffOnce => "use up the first period",
        Variant::Shaded => "take only what is cheap",
    };
    name.into()
}
