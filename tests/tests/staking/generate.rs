//! Random calls: mostly what a sensible agent would do now, sometimes nonsense.

use carrots::model::{Agent, Instance};
use carrots_catalogue::staking::{CANCELLER, Op, Receipt, SCORER, SLASHER, Staking};
use carrots_kernel::Perbill;
use carrots_logic::staking::{Db, Era, Offence, Params, Status};
use carrots_testkit::random::{self, ResultOf};
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// The agents of a trace. The first four have the roles.
pub const AGENTS: Agent = 12;

/// What a trace is about.
pub struct Case {
    pub name: &'static str,
    pub params: Params,
    /// The most that an agent sends on purpose.
    pub amount: u128,
    pub wallet: u128,
}

/// The middle of the road.
pub fn params() -> Params {
    Params {
        era_blocks: 10,
        year_blocks: 1_000,
        unbonding_eras: 4,
        report_eras: 2,
        slash_defer_eras: 1,
        max_operators: 6,
        min_self_bond: 1_000,
        min_bond: 10,
        max_commission: Perbill::from_percent(50),
        reporter_share: Perbill::from_percent(10),
        unresponsive_slash: Perbill::from_percent(7),
        misconduct_slash: Perbill::from_percent(20),
        issuance: 100_000_000,
        min_inflation: Perbill::from_parts(25_000_000),
        max_inflation: Perbill::from_percent(10),
        ideal_stake: Perbill::from_percent(50),
        falloff: Perbill::from_percent(5),
    }
}

/// Parameters from all corners.
pub fn cases() -> Vec<Case> {
    let tiny = Params { min_self_bond: 1, min_bond: 1, issuance: 100, ..params() };
    let deferred = Params { unbonding_eras: 6, report_eras: 3, slash_defer_eras: 5, ..params() };
    let short = Params { unbonding_eras: 1, report_eras: 0, slash_defer_eras: 0, ..params() };
    let at_once = Params { report_eras: 0, slash_defer_eras: 0, ..params() };
    let ruin = Params { misconduct_slash: Perbill::one(), ..at_once };
    let huge = Params { min_self_bond: 1 << 100, issuance: 1 << 122, ..params() };
    let quick =
        Params { era_blocks: 1, year_blocks: 1, max_commission: Perbill::one(), ..params() };
    let case = |name, params, amount, wallet| Case { name, params, amount, wallet };
    vec![
        case("plain", params(), 1_000_000, 10_000_000),
        case("slashes at once", at_once, 1_000_000, 10_000_000),
        case("slashes late", deferred, 1_000_000, 10_000_000),
        case("short unbonding", short, 1_000_000, 10_000_000),
        case("ruin", ruin, 1_000_000, 10_000_000),
        case("tiny amounts", Params { misconduct_slash: Perbill::one(), ..tiny }, 10, 500),
        case("huge amounts", huge, 1 << 118, 1 << 120),
        case("quick eras", Params { max_operators: 2, ..quick }, 1_000_000, 10_000_000),
    ]
}

impl random::Case for Case {
    type Model = Staking;

    const AGENTS: Agent = AGENTS;
    const NEVER: &'static [&'static str] = &["Banned"];
    const PAUSE: u32 = 7;
    const SOMETIMES: &'static [&'static str] = &[
        "a payout was cut to the reserve",
        "a pool was wiped",
        "a slash of two operators",
        "a slash that spared who came later",
        "a place was lost to more stake",
    ];

    fn name(&self) -> &'static str {
        self.name
    }

    fn params(&self) -> Params {
        self.params
    }

    fn wallet(&self) -> u128 {
        self.wallet
    }

    fn blocks_max(&self, _rng: &mut ChaCha8Rng) -> u32 {
        self.params.era_blocks + 1
    }

    fn call(&self, rng: &mut ChaCha8Rng, model: &Instance<Staking>) -> (Agent, u128, Op) {
        Maker { case: self, rng, model }.call()
    }

    fn reached(
        &self,
        model: &Instance<Staking>,
        op: &Op,
        result: &ResultOf<Self>,
        note: &mut dyn FnMut(&'static str),
    ) {
        match (op, result) {
            (_, Ok(Receipt::EraEnded(ended)))
                if ended.payout > 0 && model.db.state().reserve == 0 =>
            {
                note("a payout was cut to the reserve")
            }
            (Op::ApplySlash { operator }, Ok(Receipt::Slashed(slashed))) => {
                let pool = model.db.pool(*operator);
                if slashed.amount > 0 && pool.stake.all == 0 {
                    note("a pool was wiped");
                }
                if slashed.fraction.is_one() && pool.stake.all > 0 {
                    note("a slash that spared who came later");
                }
                if model.db.offenders(slashed.era, slashed.offence) > 1 {
                    note("a slash of two operators");
                }
            }
            (Op::Elect { other, .. }, Ok(_)) if model.db.pool(*other).status == Status::Waiting => {
                note("a place was lost to more stake")
            }
            _ => {}
        }
    }
}

/// Era from which it counts and amount of all that an account bonded to an operator in so many of the
/// last eras.
pub fn lots(
    model: &Instance<Staking>,
    operator: Agent,
    who: Agent,
    last: Era,
) -> impl Iterator<Item = (Era, u128)> {
    let (db, now) = (&model.db, model.db.state().era);
    let own = (operator == who).then(|| (0, db.pool(who).stake.own));
    let eras = now.saturating_sub(last).max(1)..=now + 1;
    let others = eras.map(move |at| (at, db.lot(operator, who, at).amount));
    own.into_iter().chain(others).filter(|lot| lot.1 > 0)
}

/// Eras of all that an account unbonds from an operator, of what counted and left in so many of the last.
pub fn unbondings(
    model: &Instance<Staking>,
    operator: Agent,
    who: Agent,
    last: Era,
) -> impl Iterator<Item = (Era, Era)> {
    let (db, now) = (&model.db, model.db.state().era);
    let first = now.saturating_sub(last);
    let since = [0].into_iter().chain(first.max(1)..=now + 1);
    let all = since.flat_map(move |since| (first..=now).map(move |until| (since, until)));
    all.filter(move |at| db.unbonding(operator, who, at.0, at.1).amount > 0)
}

struct Maker<'a> {
    case: &'a Case,
    rng: &'a mut ChaCha8Rng,
    model: &'a Instance<Staking>,
}

impl Maker<'_> {
    fn one_in(&mut self, times: u32) -> bool {
        self.rng.random_ratio(1, times)
    }

    fn anyone(&mut self) -> Agent {
        self.rng.random_range(0..AGENTS)
    }

    /// An operator if there is one, mostly an active one, sometimes anyone.
    fn operator(&mut self) -> Agent {
        let idle = if self.one_in(4) { Status::Retired } else { Status::Active };
        let status = |agent: &Agent| self.model.db.pool(*agent).status;
        let known = |agent: &Agent| [Status::Active, idle].contains(&status(agent));
        let known: Vec<_> = (0..AGENTS).filter(known).collect();
        match known.choose(self.rng) {
            Some(operator) if !self.one_in(25) => *operator,
            _ => self.anyone(),
        }
    }

    /// An era of late, sometimes one to come.
    fn era(&mut self) -> Era {
        let now = self.model.db.state().era;
        match self.rng.random_range(0..40) {
            0 => now.saturating_add(self.rng.random_range(0..3)),
            1 => self.rng.random(),
            _ => now.saturating_sub(self.rng.random_range(0..8)),
        }
    }

    /// Some operators, each with the one or other account.
    fn pairs(&mut self) -> Vec<(Agent, Agent)> {
        (0..16).map(|_| (self.operator(), self.anyone())).collect()
    }

    /// Small ones are as likely as large ones.
    fn amount(&mut self) -> u128 {
        let bits = 128 - self.case.amount.leading_zeros();
        let shift = self.rng.random_range(0..bits.min(16));
        self.rng.random_range(1..=(self.case.amount >> shift).max(1))
    }

    fn call(&mut self) -> (Agent, u128, Op) {
        let who = self.anyone();
        match self.rng.random_range(0..100) {
            0..11 => (who, 0, Op::EndEra {}),
            11..19 => self.register(),
            19..32 => (who, self.amount(), Op::Bond { operator: self.operator() }),
            32..35 => (who, self.amount(), Op::Fund {}),
            35..46 => self.award(),
            46..58 => self.payout(),
            58..65 => self.report(),
            65..67 => self.cancel(),
            67..74 => (who, 0, Op::ApplySlash { operator: self.operator() }),
            74..82 => self.unbond(),
            82..89 => self.withdraw(),
            89..92 => self.elect(),
            92..94 => self.set_commission(),
            94..95 => (self.operator(), 0, Op::Retire {}),
            95..96 => (who, 0, Op::Remove { operator: self.operator() }),
            _ => (who, 0, Op::Collect { account: self.anyone() }),
        }
    }

    fn commission(&mut self) -> Perbill {
        let highest = self.case.params.max_commission.deconstruct();
        let parts = match self.one_in(15) {
            true => self.rng.random_range(0..=1_000_000_000),
            false => self.rng.random_range(0..=highest),
        };
        Perbill::from_parts(parts)
    }

    fn set_commission(&mut self) -> (Agent, u128, Op) {
        let commission = self.commission();
        (self.operator(), 0, Op::SetCommission { commission })
    }

    /// One that waits, if there is one, and any other.
    fn elect(&mut self) -> (Agent, u128, Op) {
        let waits = |agent: &Agent| self.model.db.pool(*agent).status == Status::Waiting;
        let waiting: Vec<_> = (0..AGENTS).filter(waits).collect();
        let operator = waiting.choose(self.rng).copied().unwrap_or_else(|| self.operator());
        (self.anyone(), 0, Op::Elect { operator, other: self.operator() })
    }

    fn cancel(&mut self) -> (Agent, u128, Op) {
        let operator = self.operator();
        let pool = self.model.db.pool(operator);
        let number = pool.first_report + self.rng.random_range(0..2);
        (CANCELLER, 0, Op::Cancel { operator, number })
    }

    fn register(&mut self) -> (Agent, u128, Op) {
        let commission = self.commission();
        let amount = self.amount().max(self.case.params.min_self_bond);
        let amount = if self.one_in(15) { self.amount() } else { amount };
        (self.anyone(), amount, Op::Register { commission })
    }

    fn award(&mut self) -> (Agent, u128, Op) {
        let points = match self.rng.random_range(0..80) {
            0 => 0,
            1 => u32::MAX,
            _ => self.rng.random_range(1..100),
        };
        (SCORER, 0, Op::Award { operator: self.operator(), points })
    }

    fn payout(&mut self) -> (Agent, u128, Op) {
        let now = self.model.db.state().era;
        let open = |agent: &Agent| self.model.db.pool(*agent).unpaid(now);
        let open: Vec<_> = (0..AGENTS).filter(open).collect();
        let operator = match open.choose(self.rng) {
            Some(open) if !self.one_in(20) => *open,
            _ => self.operator(),
        };
        (self.anyone(), 0, Op::Payout { operator })
    }

    fn report(&mut self) -> (Agent, u128, Op) {
        let offences = [Offence::Equivocation, Offence::Unresponsiveness, Offence::Misconduct];
        let offence = *offences.choose(self.rng).unwrap_or(&Offence::Misconduct);
        let now = self.model.db.state().era;
        let era = match self.one_in(10) {
            true => self.era(),
            false => now.saturating_sub(self.rng.random_range(0..=self.case.params.report_eras)),
        };
        let (operator, reporter) = (self.operator(), self.anyone());
        (SLASHER, 0, Op::Report { operator, era, offence, reporter })
    }

    fn unbond(&mut self) -> (Agent, u128, Op) {
        let all = self.pairs().into_iter().flat_map(|(operator, who)| {
            lots(self.model, operator, who, 12).map(move |lot| (operator, who, lot.0, lot.1))
        });
        let found: Vec<_> = all.collect();
        let chosen = found.choose(self.rng).copied();
        let (operator, who, since, held) = chosen.unwrap_or((0, 0, 0, 0));
        let since = if self.one_in(20) { self.era() } else { since };
        let amount = match self.rng.random_range(0..20) {
            0 => 0,
            1..3 => u128::MAX,
            3..12 => held,
            _ => self.rng.random_range(0..=held),
        };
        (who, 0, Op::Unbond { operator, since, amount })
    }

    fn withdraw(&mut self) -> (Agent, u128, Op) {
        let all = self.pairs().into_iter().flat_map(|(operator, who)| {
            unbondings(self.model, operator, who, 12).map(move |at| (operator, who, at.0, at.1))
        });
        let found: Vec<_> = all.collect();
        let (operator, account, since, until) = match found.choose(self.rng) {
            Some(found) if !self.one_in(20) => *found,
            _ => (self.operator(), self.anyone(), self.era(), self.era()),
        };
        (self.anyone(), 0, Op::Withdraw { account, operator, since, until })
    }
}
