//! What of a tribunal is audited: one round, in which an operator may offend, with a few jurors and accusers.

use super::Params;
use super::scenario::{Audit, Scenario, Seat, Strategy, World, budget};
use carrots::play::{Group, Strategies};
use carrots::scenario::{Amounts, Invalid, Run, expect};
use carrots::scene::TOKENS_MAX;
use carrots_kernel::Balance;
use carrots_logic::oracle::MAX_JURY;

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
    /// Commits to an answer, and never reveals it.
    Silent,
    /// Takes no part.
    Out,
}

impl Plan {
    /// A strategy as it is.
    pub(super) const fn of(strategy: Strategy) -> Self {
        Self { strategy, variant: Variant::Plain }
    }

    pub(super) fn is_out(self) -> bool {
        self.variant == Variant::Out
    }
}

/// Tribunals in play.
pub struct Game {
    pub(super) params: Params,
    pub(super) world: World,
    /// Whether it is audited: then jurors vote in an order of their own.
    pub(super) audited: bool,
    /// What each player is there for.
    pub(super) seats: Vec<Seat>,
    pub(super) budget: Balance,
}

/// The round that is audited, as a scenario.
pub fn audited(scenario: &Scenario) -> Result<Scenario, Invalid> {
    let Scenario { intended, run, .. } = scenario;
    expect(intended.strategy == "honest", "intended.strategy", "honest to be audited")?;
    let audit = scenario.audit.unwrap_or_default();
    expect((1..=8).contains(&audit.operators), "audit.operators", "1 to 8 operators")?;
    expect((1..=MAX_JURY).contains(&audit.jurors), "audit.jurors", "1 to 63 jurors")?;
    expect((1..=4).contains(&audit.accusers), "audit.accusers", "1 to 4 accusers")?;
    let mut params = scenario.params;
    params.oracle.max_appeals = audit.appeals;
    let least = params.staking.min_self_bond;
    let bond = if audit.bond == 0 { least } else { audit.bond };
    expect(bond >= least, "audit.bond", "at least params.staking.min_self_bond")?;
    let fees = (0..=audit.appeals).map(|round| params.oracle.fee_of(params.oracle.jury_of(round)));
    let fees = fees.fold(0, Balance::saturating_add);
    let groups = [
        (Strategy::Honest, audit.operators, bond),
        (Strategy::Juror, audit.jurors, params.oracle.least_stake()),
        (Strategy::Accuser, audit.accusers, fees),
    ];
    let all = groups.iter().fold(0, |sum: Balance, (_, count, stake)| {
        sum.saturating_add(stake.saturating_mul((*count).into()))
    });
    expect(all <= TOKENS_MAX, "audit.bond", "at most 2^112 for all that is staked and paid")?;
    let group = |(strategy, count, stake)| Group { strategy, count, stake: Amounts::Fixed(stake) };
    Ok(Scenario {
        params,
        agents: groups.map(group).into(),
        run: Run { horizon: 1, ..*run },
        audit: Some(Audit { by_plan: true, ..audit }),
        ..scenario.clone()
    })
}

impl Game {
    pub(super) fn of(scenario: &Scenario) -> Self {
        let groups = scenario.agents.iter();
        let seats = groups
            .flat_map(|group| std::iter::repeat_n(group.strategy.seat(), group.count as usize));
        Self {
            params: scenario.params,
            world: scenario.world,
            audited: scenario.audit.is_some_and(|audit| audit.by_plan),
            seats: seats.collect(),
            budget: budget(scenario).expect("the amounts are checked"),
        }
    }

    /// What a player is there for; who was there already judges.
    pub(super) fn seat(&self, player: usize) -> Seat {
        self.seats.get(player).copied().unwrap_or(Seat::Juror)
    }

    /// What somebody with that seat can do.
    pub(super) fn menu(&self, seat: Seat) -> Vec<Plan> {
        let all =
            Strategy::ALL.iter().filter(|one| one.seat() == seat && **one != Strategy::Adaptive);
        let mut plans: Vec<Plan> = all.map(|strategy| Plan::of(*strategy)).collect();
        let first = plans[0];
        if seat == Seat::Juror {
            plans.push(Plan { variant: Variant::Silent, ..first });
        }
        plans.push(Plan { variant: Variant::Out, ..first });
        plans
    }
}

/// A plan in words.
pub fn named(plan: Plan) -> String {
    let name = match plan.variant {
        Variant::Plain => plan.strategy.name(),
        Variant::Silent => "silent",
        Variant::Out => "out",
    };
    name.into()
}
