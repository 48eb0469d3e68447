//! What of assertions is audited: one of them, whoever may challenge it, and what all can do beside the
//! strategies.

use super::scenario::{Audit, Scenario, Strategy, World, accounts};
use carrots::play::{Group, Strategies};
use carrots::scenario::{Amounts, Invalid, Run, expect};
use carrots::scene::TOKENS_MAX;
use carrots_kernel::Balance;
use carrots_logic::challenge::machine::step;
use carrots_logic::challenge::{MAX_CHALLENGERS, Params};

/// The most steps of what is audited: whoever errs may err in each.
const STEPS_MAX: u32 = 16;

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
    /// Asserts nothing, and checks nothing.
    Out,
    /// Lies in the first step.
    LieFirst,
    /// Lies, and challenges itself so often that nobody else can.
    Fill,
    /// Is its own first challenger in case that it errs: gives way to itself if others challenge.
    Insure,
    /// Challenges itself, and uses every clock to its end.
    Stall,
    /// Never answers a challenge.
    Silent,
    /// Challenges in the last block.
    Late,
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

    /// Of how many accounts.
    pub(super) fn accounts(self) -> u32 {
        match self.variant {
            Variant::Fill | Variant::Insure | Variant::Stall => 2,
            _ => accounts(self.strategy),
        }
    }

    /// The step in which it lies, if it does.
    pub(super) fn lies_in(self, params: &Params) -> Option<u32> {
        match (self.strategy, self.variant) {
            (_, Variant::LieFirst) => Some(0),
            (Strategy::Lying | Strategy::SelfChallenge, _) => Some(params.steps - 1),
            _ => None,
        }
    }

    /// How often it challenges itself.
    pub(super) fn own_challenges(self, params: &Params) -> u32 {
        match (self.strategy, self.variant) {
            (_, Variant::Fill) => params.max_challengers,
            (Strategy::SelfChallenge, _) | (_, Variant::Insure | Variant::Stall) => 1,
            _ => 0,
        }
    }

    /// Whether it challenges in the last block of the window.
    pub(super) fn is_late(self) -> bool {
        self.variant == Variant::Late
    }
}

/// Assertions in play.
pub struct Game {
    pub(super) params: Params,
    pub(super) world: World,
    /// What is audited, if anything is.
    pub(super) audit: Option<Audit>,
}

/// The assertion that is audited, as a scenario: made by the first player, with the others to check it.
pub fn audited(scenario: &Scenario) -> Result<Scenario, Invalid> {
    let Scenario { params, world, intended, run, .. } = scenario;
    expect(intended.strategy == "honest", "intended.strategy", "honest to be audited")?;
    let audit = scenario.audit.unwrap_or_default();
    let watchers = audit.watchers;
    expect((1..=8).contains(&watchers), "audit.watchers", "1 to 8 watchers")?;
    let as_is = audit.steps == 0 || scenario.state.is_none();
    expect(as_is, "audit.steps", "zero: a state has steps of its own")?;
    let steps = if audit.steps == 0 { params.steps } else { audit.steps };
    let few = format!("2 to {STEPS_MAX} steps to be audited");
    expect((2..=STEPS_MAX).contains(&steps), "audit.steps", few)?;
    let exact = (world.fault * 1e3 - (world.fault * 1e3).round()).abs() < 1e-9;
    expect(exact, "world.fault", "a chance in whole thousandths to be audited")?;
    let places = params.max_challengers.min(MAX_CHALLENGERS);
    let bonds = params.challenge_bond.checked_mul(places.into());
    let stake = bonds.and_then(|bonds| bonds.checked_add(params.assertion_bond));
    let accounts = Balance::from(2 * (watchers + 1) + 2);
    let all = stake.and_then(|stake| stake.checked_mul(accounts));
    let few = all.is_some_and(|all| all <= TOKENS_MAX);
    let expected = "at most 2^112 for the bonds of all to be audited";
    expect(few, "params.challenge_bond", expected)?;
    let (strategy, stake) = (Strategy::Honest, Amounts::Fixed(stake.unwrap_or(0)));
    Ok(Scenario {
        params: Params { steps, ..*params },
        agents: vec![Group { strategy, count: 1 + watchers, stake }],
        run: Run { horizon: 1, ..*run },
        audit: Some(audit),
        ..scenario.clone()
    })
}

/// All states of a true run, from one on.
pub fn states(start: u64, steps: u32) -> Vec<u64> {
    let mut all = Vec::with_capacity(steps as usize + 1);
    all.push(start);
    (0..steps).for_each(|index| all.push(step(all[index as usize], index)));
    all
}

/// The same with an error in one step, from which on every step is right.
pub fn with_error(truth: &[u64], at: u32) -> Vec<u64> {
    let mut all = truth[..=at as usize].to_vec();
    // No number next to the truth: who tries those does not find it.
    all.push(truth[at as usize + 1] ^ 1 << 63);
    (at + 1..truth.len() as u32 - 1).for_each(|index| all.push(step(all[index as usize], index)));
    all
}

impl Game {
    /// What whoever asserts can do, and whoever watches.
    pub(super) fn menu(&self, player: usize) -> Vec<Plan> {
        let variants = self.audit.is_some_and(|audit| audit.variants);
        let lying = Plan::of(Strategy::Lying);
        let more: &[Plan] = match player {
            0 => &[
                Plan { variant: Variant::LieFirst, ..lying },
                Plan { variant: Variant::Fill, ..lying },
                Plan::honest(Variant::Insure),
                Plan::honest(Variant::Stall),
                Plan::honest(Variant::Silent),
            ],
            _ => &[Plan::honest(Variant::Late)],
        };
        let mut plans = vec![Plan::of(Strategy::Honest)];
        plans.extend(if variants { more } else { &[] });
        plans.push(Plan::honest(Variant::Out));
        plans
    }

    /// Whether a strategy is one of an asserter, or of a watcher.
    pub(super) fn is_of(&self, player: usize, strategy: Strategy) -> bool {
        match strategy {
            Strategy::Honest | Strategy::Lying | Strategy::Delaying | Strategy::Adaptive => true,
            Strategy::SelfChallenge => player == 0,
            Strategy::Lazy | Strategy::Frivolous => player > 0,
        }
    }
}

/// A plan in words.
pub fn named(plan: Plan) -> String {
    let name = match plan.variant {
        Variant::Plain => plan.strategy.name(),
        Variant::Out => "out",
        Variant::LieFirst => "lie in the first step",
        Variant::Fill => "lie and take all places",
        Variant::Insure => "be its own first challenger",
        Variant::Stall => "challenge itself to delay",
        Variant::Silent => "never answer",
        Variant::Late => "challenge late",
    };
    name.into()
}
