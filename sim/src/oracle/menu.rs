//! What of an oracle is audited: one question to a few honest jurors, and what they can do beside the
//! strategies.
//!
//! Who spares no effort sees the true number as it is. Numbers that are drawn are the least, the
//! greatest and the middle of their range.

#[cfg(test)]
mod tests;

use super::Oracle;
use super::scenario::{Audit, Bribe, SPLITS, Scenario, Strategy, Truth, World, accounts, budget};
use carrots::model::State;
use carrots::play::Group;
use carrots::scenario::{Amounts, Invalid, Run, expect};
use carrots::scene::TOKENS_MAX;
use carrots_kernel::{Balance, Perbill};
use carrots_logic::oracle::{Db, Juror, MAX_JURY, Params, tree};

/// What a juror does: its strategy, or a variant of the honest one.
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
    /// Commits without any effort, and never reveals.
    Silent,
    /// Does not stake. Who was there unstakes.
    Out,
    /// Commits to what another has revealed, and reveals it.
    Late,
    /// Hashes every option until one is what another committed to; without any effort.
    Peek,
    /// Reports that there is no answer, without any effort.
    Unanswerable,
    /// Appeals every outcome as well.
    Challenge,
    /// Stakes only when the court is full of questions of its own: see [`Audit::prize`].
    Crowd,
    /// With the stake spread over so many accounts.
    Parts(u8),
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

    /// The same lie, told by whoever has filled the court.
    pub(super) fn crowding(self) -> Self {
        Self { variant: Variant::Crowd, ..self }
    }

    /// Over how many accounts the stake is spread.
    pub(super) fn accounts(self) -> u32 {
        match self.variant {
            Variant::Out => 0,
            Variant::Parts(parts) => parts.into(),
            _ => accounts(self.strategy),
        }
    }

    /// Whether it reveals after all who do not wait.
    pub(super) fn waits(self) -> bool {
        self.strategy == Strategy::Absent || self.variant == Variant::Late
    }
}

/// Oracles in play.
pub struct Game {
    pub(super) params: Params,
    pub(super) world: World,
    /// What is audited, if anything is.
    pub(super) audit: Audit,
    /// How many of the players enter.
    pub(super) entering: usize,
    pub(super) budget: Balance,
}

/// The oracle that is audited, as a scenario: one question to honest jurors with the same stake.
pub fn audited(scenario: &Scenario) -> Result<Scenario, Invalid> {
    let Scenario { world, intended, run, .. } = scenario;
    expect(intended.strategy == "honest", "intended.strategy", "honest to be audited")?;
    let audit = scenario.audit.unwrap_or_default();
    expect((1..=MAX_JURY).contains(&audit.jurors), "audit.jurors", "1 to 63 jurors")?;
    expect((1..=8).contains(&audit.splits), "audit.splits", "1 to 8 accounts")?;
    let params = Params { max_appeals: audit.appeals, ..scenario.params };
    let stake = if audit.stake == 0 { params.least_stake() } else { audit.stake };
    expect(stake >= params.least_stake(), "audit.stake", "at least the least stake")?;
    let mut audit = Audit { stake, by_plan: true, ..audit };
    let (params, state) = court(scenario, params, &mut audit)?;
    check_chances(&audit, world)?;
    let mut truth = world.truth;
    if let Truth::Number { noise, .. } = &mut truth {
        *noise = 0.0;
    }
    let pays = |when, amount| if audit.bribe == when { amount } else { 0 };
    let (count, stake) = (audit.jurors, Amounts::Fixed(stake));
    let scene = Scenario {
        params,
        world: World {
            truth,
            questions: 1,
            accuracy: f64::from(audit.accuracy.deconstruct()) / 1e9,
            bribe: pays(Bribe::OnAction, world.bribe),
            promise: pays(Bribe::PEpsilon, world.promise),
            appeal_rate: if audit.appeals == 0 { 0.0 } else { world.appeal_rate },
            ..*world
        },
        agents: vec![Group { strategy: Strategy::Honest, count, stake }],
        run: Run { horizon: 1, ..*run },
        state,
        audit: Some(audit),
        ..scenario.clone()
    };
    check_amounts(scenario, &scene)?;
    Ok(scene)
}

/// The parameters with the jury that is asked, and the state under them.
fn court(
    scenario: &Scenario,
    mut params: Params,
    audit: &mut Audit,
) -> Result<(Params, Option<State>), Invalid> {
    let start = scenario.live::<Oracle>();
    let (votes, there) = start.as_ref().map_or((0, 0), |instance| {
        (tree::total(&instance.db, &params), instance.db.state().jurors)
    });
    let each = Juror { stake: audit.stake, locked: 0, leaf: 1 }.votes(&params);
    let all = each.saturating_mul(audit.jurors);
    let all = all.saturating_add(u32::try_from(votes).unwrap_or(u32::MAX));
    params.jury = if audit.jury == 0 { all } else { audit.jury };
    let fits = "a last jury of at most 63 votes, whose fee fits";
    let (key, expected) = match (audit.jury, votes) {
        (0, 0) => ("audit.jurors", fits.into()),
        (0, _) => ("audit.jury", format!("{fits}: those who are there have {votes}")),
        _ => ("audit.jury", fits.into()),
    };
    expect(params.check().is_ok(), key, expected)?;
    let room = params.max_jurors.saturating_sub(there);
    let expected = "at most params.max_jurors accounts of all jurors";
    expect(audit.jurors * audit.splits <= room, "audit.jurors", expected)?;
    let enough = audit.stake / Balance::from(SPLITS) >= params.least_stake();
    audit.splitting = enough && audit.jurors * SPLITS <= room;
    let mut state = scenario.state.clone();
    if let Some((mut instance, state)) = start.zip(state.as_mut()) {
        instance.set_params(params).map_err(|error| Invalid {
            key: "audit".into(),
            expected: format!("a game that the state has room for: {error}"),
        })?;
        state.cells = instance.storage();
    }
    Ok((params, state))
}

/// Chances are enumerated with their exact odds.
fn check_chances(audit: &Audit, world: &World) -> Result<(), Invalid> {
    let expected = "a chance in whole thousandths to be audited";
    let whole = |chance: f64| (chance * 1e3 - (chance * 1e3).round()).abs() < 1e-9;
    let exact = audit.accuracy.deconstruct().is_multiple_of(1_000_000);
    expect(exact, "audit.accuracy", expected)?;
    if let Truth::Choice { first, .. } = world.truth {
        expect(whole(first), "world.truth.choice.first", expected)?;
    }
    let appeals = audit.appeals == 0 || whole(world.appeal_rate);
    expect(appeals, "world.appeal_rate", expected)?;
    expect(whole(world.unanswerable), "world.unanswerable", expected)?;
    let wrong = match world.truth {
        Truth::Choice { options, .. } => u128::from(options) - 1,
        Truth::Number { .. } => 3,
    };
    // A chance move for every juror, and one for the truth.
    let branches = (wrong * 1_000).checked_pow(audit.jurors + 1);
    let expected = "fewer jurors whose effort may fail: odds of all of them below 2^128";
    let few = audit.accuracy == Perbill::one() || branches.is_some();
    expect(few, "audit.jurors", expected)
}

fn check_amounts(scenario: &Scenario, scene: &Scenario) -> Result<(), Invalid> {
    let audit = scene.audit.unwrap_or_default();
    let accounts = Balance::from(audit.jurors * audit.splits.max(SPLITS));
    let each = audit.stake.checked_add(audit.spare);
    let all = each.and_then(|each| each.checked_mul(accounts)?.checked_add(budget(scene)?));
    let there = scene.state.as_ref().map_or(0, State::tokens);
    let few = all.and_then(|all| all.checked_add(there)).is_some_and(|all| all <= TOKENS_MAX);
    expect(few, "audit.stake", "at most 2^112 for all stakes and fees to be audited")?;
    let World { effort_cost, bribe, promise, .. } = scenario.world;
    let prize = scene.audit.map_or(0, |audit| audit.prize);
    expect(prize <= TOKENS_MAX, "audit.prize", "at most 2^112")?;
    for (key, amount) in [("effort_cost", effort_cost), ("bribe", bribe), ("promise", promise)] {
        let most = amount.checked_mul(MAX_JURY.into());
        let few = most.is_some_and(|most| most <= TOKENS_MAX);
        let expected = "at most 2^112 over a jury to be audited";
        expect(few, &format!("world.{key}"), expected)?;
    }
    Ok(())
}
