//! Random calls: mostly what a sensible agent would do now, sometimes nonsense.

use carrots::model::{Agent, Instance};
use carrots_catalogue::controller::{Controller, Op, REPORTER, Receipt};
use carrots_kernel::Perbill;
use carrots_logic::controller::{
    Accounts, Acting, Db, Kind, MAX_OUTPUT, MAX_UNITS, Params, Sensor,
};
use carrots_testkit::random::{self, ResultOf};
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// The agents of a trace. The first two have roles.
pub const AGENTS: Agent = 8;

/// What a trace is about.
pub struct Case {
    pub name: &'static str,
    pub params: Params,
    pub wallet: u128,
}

/// The middle of the road.
pub fn params() -> Params {
    Params {
        kind: Kind::BaseFee,
        sensor: Sensor::Use,
        period_blocks: 3,
        capacity: 200,
        target: 100,
        least: 10,
        most: 10_000,
        initial: 1_000,
        denominator: 8,
        update_fraction: 300,
        variability: Perbill::from_percent(30),
        acting: Acting::Direct,
        kp: 2_000_000_000,
        ki: 1_000_000_000,
    }
}

/// Parameters from all corners.
pub fn cases() -> Vec<Case> {
    let p = params();
    let case = |name, params| Case { name, params, wallet: 1 << 40 };
    let reported = Params { sensor: Sensor::Report, ..p };
    let huge = Params {
        capacity: MAX_UNITS,
        target: MAX_UNITS / 2,
        most: MAX_OUTPUT,
        initial: MAX_OUTPUT / 2,
        update_fraction: MAX_UNITS,
        kp: MAX_OUTPUT,
        ki: MAX_OUTPUT,
        ..p
    };
    vec![
        case("base fee", p),
        case("blob fee", Params { kind: Kind::BlobFee, ..p }),
        case("multiplier", Params { kind: Kind::Multiplier, ..p }),
        case("pi", Params { kind: Kind::Pi, ..p }),
        case("base fee of what is reported", reported),
        case("pi of what is reported", Params { kind: Kind::Pi, ..reported }),
        case("a reward", Params { kind: Kind::Pi, acting: Acting::Reverse, ..reported }),
        case("single blocks", Params { period_blocks: 1, ..p }),
        case("a single unit", Params { capacity: 1, target: 1, ..p }),
        case("a price that cannot move", Params { least: 1_000, most: 1_000, ..p }),
        Case { name: "huge", params: huge, wallet: 1 << 124 },
        Case { name: "huge pi", params: Params { kind: Kind::Pi, ..huge }, wallet: 1 << 124 },
    ]
}

impl random::Case for Case {
    type Model = Controller;

    const AGENTS: Agent = AGENTS;
    const PAUSE: u32 = 10;
    const ODD: u32 = 30;
    const SOMETIMES: &'static [&'static str] = &[
        "a period was used up",
        "somebody was given less than it asked for",
        "a tip was paid",
        "an output was least",
        "an output was most",
        "a measure was reported",
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

    fn blocks_max(&self, rng: &mut ChaCha8Rng) -> u32 {
        if rng.random_ratio(1, 10) { 100 * self.params.period_blocks } else { 2 }
    }

    fn call(&self, rng: &mut ChaCha8Rng, model: &Instance<Controller>) -> (Agent, u128, Op) {
        Maker { case: self, rng, model }.call()
    }

    fn reached(
        &self,
        model: &Instance<Controller>,
        op: &Op,
        result: &ResultOf<Self>,
        note: &mut dyn FnMut(&'static str),
    ) {
        let state = model.db.state();
        if state.output == self.params.least {
            note("an output was least");
        }
        if state.output == self.params.most {
            note("an output was most");
        }
        match (result, op) {
            (Ok(Receipt::Used(used)), Op::UseCapacity { units, .. }) => {
                if state.measure == Some(self.params.capacity) {
                    note("a period was used up");
                }
                if used.units < *units {
                    note("somebody was given less than it asked for");
                }
                if used.tip > 0 {
                    note("a tip was paid");
                }
            }
            (Ok(Receipt::Reported(_)), _) => note("a measure was reported"),
            _ => {}
        }
    }
}

struct Maker<'a> {
    case: &'a Case,
    rng: &'a mut ChaCha8Rng,
    model: &'a Instance<Controller>,
}

impl Maker<'_> {
    fn one_in(&mut self, times: u32) -> bool {
        self.rng.random_ratio(1, times)
    }

    fn anyone(&mut self) -> Agent {
        self.rng.random_range(0..AGENTS)
    }

    fn call(&mut self) -> (Agent, u128, Op) {
        if self.one_in(10) {
            return self.anything();
        }
        match self.rng.random_range(0..6) {
            0 => (self.anyone(), 0, Op::Advance {}),
            1 => self.collect(),
            _ if self.case.params.sensor == Sensor::Use => self.take(),
            _ => self.report(),
        }
    }

    fn take(&mut self) -> (Agent, u128, Op) {
        let params = self.case.params;
        let output = self.model.db.state().at(&params, self.model.block()).output;
        let units = match self.one_in(4) {
            true => params.capacity,
            false => self.rng.random_range(1..=params.capacity),
        };
        let tip = self.rng.random_range(0..=output / 4);
        let value = output.saturating_mul(units).saturating_add(tip.saturating_mul(units));
        let value = if self.one_in(4) { value.saturating_add(7) } else { value };
        (self.anyone(), value, Op::UseCapacity { units, tip, maker: self.anyone() })
    }

    fn report(&mut self) -> (Agent, u128, Op) {
        let measure = self.rng.random_range(0..=self.case.params.capacity);
        let who = if self.one_in(20) { self.anyone() } else { REPORTER };
        (who, 0, Op::Report { measure })
    }

    fn collect(&mut self) -> (Agent, u128, Op) {
        let credited = (0..AGENTS).filter(|who| self.model.db.credit(*who) > 0);
        let credited: Vec<_> = credited.collect();
        let account = match credited.choose(self.rng) {
            Some(account) => *account,
            None => self.anyone(),
        };
        (self.anyone(), 0, Op::Collect { account })
    }

    /// Any message, whether it makes sense or not.
    fn anything(&mut self) -> (Agent, u128, Op) {
        let who = self.anyone();
        let most = if self.one_in(5) { 0 } else { 1_000 };
        let (units, tip) = (self.rng.random_range(0..=most), self.rng.random_range(0..1_000));
        match self.rng.random_range(0..4) {
            0 => (who, units * 10, Op::UseCapacity { units, tip, maker: self.anyone() }),
            1 => (REPORTER, 0, Op::Report { measure: units }),
            2 => (who, 0, Op::Advance {}),
            _ => (who, 0, Op::Collect { account: self.anyone() }),
        }
    }
}
