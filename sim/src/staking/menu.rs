//! What of staking is audited: how many players, and what they can do beside the strategies.

#[cfg(test)]
mod tests;

use super::scenario::{Audit, SPLITS, Scenario, Strategy, World, accounts};
use carrots::play::{Group, Strategies};
use carrots::scenario::{Amounts, Invalid, Run, expect};
use carrots::scene::TOKENS_MAX;
use carrots_kernel::{Balance, Perbill};
use carrots_logic::staking::{Era, Params};

/// The most accounts of all operators, or of all bonders; and operators that one can choose from.
const ACCOUNTS_MAX: u32 = 100_000;
const CHOSEN_MAX: u32 = 8;
/// The most eras until all operators have left.
const ERAS_MAX: Era = 10_000;

/// What a player does: its strategy, or a variant of it.
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
    /// Not at all: does not register or bond. Who was there leaves.
    Out,
    /// Without chance: lazy in every era; equivocating, or leaving, in the first one.
    Sure,
    /// The same, and the operator reports itself at once.
    Told,
    /// With the highest commission that is allowed.
    Highest,
    /// With all rewards as commission, which may be refused.
    Whole,
    /// Announces the highest commission once its bonders are there.
    Raise,
    /// Retires then, and registers again with the highest commission.
    Return,
    /// Announces that it asks for none, and takes that back.
    Retract,
    /// As so many operators, of whom the first does what is said, and the others are honest.
    Parts(u8),
    /// A bonder: evenly with all operators but those that were slashed or retired.
    Spread,
    /// The same, and never leaves.
    Loyal,
    /// With one operator alone, by its place.
    With(u8),
}

impl Plan {
    pub(super) fn accounts(self) -> u32 {
        match self.variant {
            Variant::Out => 0,
            Variant::Parts(parts) => parts.into(),
            _ => accounts(self.strategy),
        }
    }

    /// The plan in words.
    pub(super) fn name(self) -> String {
        let name = match (self.strategy, self.variant) {
            (Strategy::Lazy, Variant::Plain) => "lazy by chance",
            (Strategy::Lazy, Variant::Sure) => "lazy",
            (Strategy::ExitBeforeSlash, Variant::Sure) => "exit",
            (Strategy::Equivocating, Variant::Parts(parts)) => {
                return format!("equivocate with one of {parts} operators");
            }
            (_, Variant::Plain) => self.strategy.name(),
            (_, Variant::Out) => "out",
            (_, Variant::Sure) => "equivocate",
            (_, Variant::Told) => "report itself",
            (_, Variant::Highest) => "ask for the highest commission",
            (_, Variant::Whole) => "ask for all rewards",
            (_, Variant::Raise) => "raise its commission",
            (_, Variant::Return) => "return with the highest commission",
            (_, Variant::Retract) => "announce no commission, and take it back",
            (_, Variant::Parts(parts)) => return format!("honest as {parts} operators"),
            (_, Variant::Spread) => "spread",
            (_, Variant::Loyal) => "loyal",
            (_, Variant::With(place)) => return format!("all with operator {place}"),
        };
        name.into()
    }
}

impl Game {
    /// What a player can do beside the strategies.
    pub(super) fn menu(&self, player: usize) -> Vec<Plan> {
        use Strategy::{Bonder, Equivocating, ExitBeforeSlash, Honest, Lazy};
        let Self { params, world, audit, .. } = self;
        let enters = player < self.entering;
        let mut plans = Vec::new();
        let mut add = |offered: bool, strategy, variant| {
            plans.extend(offered.then_some(Plan { strategy, variant }));
        };
        if self.bonders[player] {
            for one in [Variant::Spread, Variant::Out, Variant::Loyal] {
                add(true, Bonder, one);
            }
            let places = 0..audit.operators.min(CHOSEN_MAX) as u8;
            places.for_each(|place| add(enters, Bonder, Variant::With(place)));
            return plans;
        }
        let highest = params.max_commission;
        add(true, Honest, Variant::Plain);
        add(true, Lazy, Variant::Sure);
        add(true, Equivocating, Variant::Sure);
        add(true, ExitBeforeSlash, Variant::Sure);
        add(!params.reporter_share.is_zero(), Equivocating, Variant::Told);
        let more = world.commission < highest && highest < Perbill::one();
        add(enters && more, Honest, Variant::Highest);
        add(world.commission < highest, Honest, Variant::Raise);
        let again = world.commission < highest && audit.spare >= params.min_self_bond;
        add(enters && again, Honest, Variant::Return);
        // What is announced in the first era is asked in the third, and so is what takes its place.
        let later = self.horizon > 2 && !world.commission.is_zero();
        add(later, Honest, Variant::Retract);
        add(enters && world.commission < Perbill::one(), Honest, Variant::Whole);
        add(true, Honest, Variant::Out);
        let splits = audit.splits as u8;
        (2..=splits).for_each(|parts| add(enters, Honest, Variant::Parts(parts)));
        add(enters && splits > 1, Equivocating, Variant::Parts(splits));
        plans
    }
}

/// Staking in play.
pub struct Game {
    pub(super) params: Params,
    pub(super) world: World,
    pub(super) audit: Audit,
    pub(super) horizon: Era,
    /// How many of the players enter.
    pub(super) entering: usize,
    /// By player, whether it is a bonder and no operator.
    pub(super) bonders: Vec<bool>,
    /// By player, what its tokens earn elsewhere in a year, in billionths.
    pub(super) elsewhere: Vec<Balance>,
}

/// The staking that is audited, as a scenario: operators who all do what is intended, and bonders.
/// Honest ones never miss a duty; what becomes of all who offend together is asked with another
/// intention.
pub fn audited(scenario: &Scenario) -> Result<Scenario, Invalid> {
    let Scenario { params, world, intended, .. } = scenario;
    let strategy = match intended.strategy.as_str() {
        "honest" => Strategy::Honest,
        "lazy" => Strategy::Lazy,
        "equivocating" => Strategy::Equivocating,
        _ => {
            let expected = "honest, lazy or equivocating to be audited";
            return Err(Invalid { key: "intended.strategy".into(), expected: expected.into() });
        }
    };
    for (key, rate) in [("detection", world.detection), ("false_alarms", world.false_alarms)] {
        let exact = (rate * 1000.0 - (rate * 1000.0).round()).abs() < 1e-9;
        expect(exact, &format!("world.{key}"), "a multiple of 0.001 to be audited")?;
    }
    let audit = complete(scenario)?;
    let after = world.report_delay_eras + params.deferral() + params.unbonding_eras + 2;
    let all = audit.eras.saturating_add(after);
    let expected =
        format!("at most {ERAS_MAX} eras until all left, unbonding_eras and report_eras too");
    expect(all <= ERAS_MAX, "audit.eras", expected)?;
    let blocks = u64::from(all) * u64::from(params.era_blocks);
    let fits = blocks < u64::from(scenario.blocks_left());
    expect(fits, "audit.eras", "what 2^32 blocks have room for, with the eras until all left")?;
    let group = |strategy, count, stake| Group { strategy, count, stake: Amounts::Fixed(stake) };
    let each = audit.bonded.checked_div(audit.bonders.into());
    let mut agents = vec![group(strategy, audit.operators, audit.stake)];
    agents.extend(each.map(|each| group(Strategy::Bonder, audit.bonders, each)));
    Ok(Scenario {
        agents,
        world: World { miss_rate: 0.0, ..*world },
        run: Run { horizon: audit.eras, ..scenario.run },
        audit: Some(audit),
        ..scenario.clone()
    })
}

/// The part of the scenario that is audited, with what the scenario says where it is left open.
fn complete(scenario: &Scenario) -> Result<Audit, Invalid> {
    let Scenario { params, world, agents, .. } = scenario;
    let mut audit = Audit { by_plan: true, ..scenario.audit.unwrap_or_default() };
    if audit.operators == 0 {
        let operators = agents.iter().filter(|group| !group.strategy.bonds());
        audit.operators = operators.map(|group| group.count * accounts(group.strategy)).sum();
    }
    let expected = format!("1 to {ACCOUNTS_MAX} operators");
    expect((1..=ACCOUNTS_MAX).contains(&audit.operators), "audit.operators", expected)?;
    if audit.stake == 0 {
        let honest = agents.iter().find(|group| group.strategy == Strategy::Honest);
        audit.stake = match honest.map(|group| group.stake) {
            Some(Amounts::Fixed(stake)) => stake,
            None if scenario.state.is_some() => params.min_self_bond,
            _ => 0,
        };
    }
    let expected = format!(
        "at least params.min_self_bond = {}, here or from honest agents with the same stake",
        params.min_self_bond
    );
    expect(audit.stake >= params.min_self_bond, "audit.stake", expected)?;
    expect(audit.eras > 0, "audit.eras", "at least one era")?;
    let most = (ACCOUNTS_MAX / audit.operators).min(u8::MAX.into());
    let expected = format!("1 to {most} accounts");
    expect((1..=most).contains(&audit.splits), "audit.splits", expected)?;
    audit.bonders = audit.bonders.max(u32::from(audit.bonded > 0));
    let few = Balance::from(audit.bonders) <= audit.bonded.min(ACCOUNTS_MAX.into());
    let expected = format!("at most {ACCOUNTS_MAX} bonders, of whom each bonds something");
    expect(few, "audit.bonders", expected)?;
    let splits = audit.splits.max(SPLITS);
    let each = audit.stake.checked_add(audit.spare);
    let wallets = each.and_then(|each| each.checked_mul((audit.operators * splits).into()));
    let bonders = audit.spare.checked_mul(audit.bonders.into());
    let wallets = wallets.and_then(|wallets| wallets.checked_add(bonders?));
    let all = wallets.and_then(|all| all.checked_add(audit.bonded)?.checked_add(world.reserve));
    let few = all.is_some_and(|all| all <= TOKENS_MAX);
    expect(few, "audit.stake", "at most 2^112 for all accounts' stakes, bonds and the reserve")?;
    for (key, amount) in [("duty_cost", world.duty_cost), ("offence_gain", world.offence_gain)] {
        let most = amount.checked_mul(Balance::from(audit.eras) * Balance::from(splits));
        let few = most.is_some_and(|most| most <= TOKENS_MAX);
        expect(few, &format!("world.{key}"), "at most 2^112 over all duties to be audited")?;
    }
    Ok(audit)
}
