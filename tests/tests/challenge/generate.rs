//! Random calls: mostly what a sensible agent would do now, sometimes nonsense.

use crate::script::{agrees, is_true, lie, truth};
use carrots::model::{Agent, Instance};
use carrots_catalogue::challenge::{Challenge, Op, Receipt};
use carrots_kernel::Perbill;
use carrots_logic::challenge::{
    Accounts, Assertion, Db, Dispute, Expired, MAX_CHALLENGERS, MAX_STEPS, Params, Side,
};
use carrots_testkit::random::{self, ResultOf};
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// The agents of a trace. The first has the role.
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
        assertion_bond: 1_000,
        challenge_bond: 300,
        winner_share: Perbill::from_percent(40),
        challenge_blocks: 12,
        move_blocks: 4,
        steps: 8,
        max_challengers: 3,
    }
}

/// Parameters from all corners.
pub fn cases() -> Vec<Case> {
    let p = params();
    let case = |name, params| Case { name, params, wallet: 100_000 };
    let huge = Params {
        assertion_bond: (1 << 120) + 1,
        challenge_bond: (1 << 119) + 3,
        winner_share: Perbill::from_parts(999_999_999),
        ..p
    };
    let quick = Params { challenge_blocks: 1, move_blocks: 1, ..p };
    let many = Params { max_challengers: MAX_CHALLENGERS, challenge_blocks: 60, ..p };
    vec![
        case("plain", p),
        case("a single round", Params { steps: 2, ..p }),
        case("an odd number of steps", Params { steps: 7, ..p }),
        case("as many steps as there can be", Params { steps: MAX_STEPS, ..p }),
        case("one challenger", Params { max_challengers: 1, ..p }),
        case("many challengers", many),
        case("nothing for winners", Params { winner_share: Perbill::zero(), ..p }),
        case("single tokens", Params { assertion_bond: 1, challenge_bond: 1, steps: 4, ..p }),
        case("quick", Params { steps: 4, ..quick }),
        Case { name: "huge bonds", params: huge, wallet: 1 << 124 },
    ]
}

impl random::Case for Case {
    type Model = Challenge;

    const AGENTS: Agent = AGENTS;
    const PAUSE: u32 = 10;
    const ODD: u32 = 30;
    const SOMETIMES: &'static [&'static str] = &[
        "a true assertion withstood a step",
        "a false assertion withstood a step",
        "a false assertion fell by a step",
        "an asserter ran out of time",
        "a challenger ran out of time",
        "an assertion of several challenges fell",
        "an assertion of several challenges became final",
        "a false assertion became final",
        "an account challenged itself",
        "all places were taken",
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
        if rng.random_ratio(1, 4) { self.params.challenge_blocks } else { 2 }
    }

    fn call(&self, rng: &mut ChaCha8Rng, model: &Instance<Challenge>) -> (Agent, u128, Op) {
        Maker { case: self, rng, model }.call()
    }

    fn reached(
        &self,
        model: &Instance<Challenge>,
        _: &Op,
        result: &ResultOf<Self>,
        note: &mut dyn FnMut(&'static str),
    ) {
        let of = |number| model.db.assertion(number).expect("it was called");
        match result {
            Ok(Receipt::Answered(answered)) => {
                let assertion = of(answered.assertion);
                match (answered.winner, is_true(&self.params, &assertion)) {
                    (Some(Side::Asserter), true) => note("a true assertion withstood a step"),
                    (Some(Side::Asserter), false) => note("a false assertion withstood a step"),
                    (Some(Side::Challenger), false) => note("a false assertion fell by a step"),
                    _ => {}
                }
                let fell = answered.winner == Some(Side::Challenger);
                if fell && assertion.challenges > 1 {
                    note("an assertion of several challenges fell");
                }
            }
            Ok(Receipt::Expired(Expired { winner: Side::Asserter, .. })) => {
                note("a challenger ran out of time");
            }
            Ok(Receipt::Expired(_)) => note("an asserter ran out of time"),
            Ok(Receipt::Finalized(done)) => {
                let assertion = of(done.assertion);
                if assertion.challenges > 1 {
                    note("an assertion of several challenges became final");
                }
                if !is_true(&self.params, &assertion) {
                    note("a false assertion became final");
                }
            }
            Ok(Receipt::Challenged(made)) => {
                let dispute = model.db.dispute(made.assertion, made.place);
                let challenger = dispute.map(|dispute| dispute.challenger);
                if challenger == Some(of(made.assertion).asserter) {
                    note("an account challenged itself");
                }
                if made.place + 1 == self.params.max_challengers {
                    note("all places were taken");
                }
            }
            _ => {}
        }
    }
}

impl Case {
    /// What an asserter says of the state after so many steps: a lie has a single error.
    fn said(&self, assertion: &Assertion<Agent>, steps: u32) -> u64 {
        match is_true(&self.params, assertion) {
            true => truth(assertion.start, steps),
            false => lie(assertion.start, self.error(assertion.start), steps),
        }
    }

    /// The step in which whoever lies about what begins there is wrong.
    fn error(&self, start: u64) -> u32 {
        (start % u64::from(self.params.steps)) as u32
    }
}

struct Maker<'a> {
    case: &'a Case,
    rng: &'a mut ChaCha8Rng,
    model: &'a Instance<Challenge>,
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
        let disputes: Vec<_> = self.model.db.undecided().collect();
        let open: Vec<u32> = self.model.db.open().collect();
        match (disputes.choose(self.rng), open.choose(self.rng)) {
            (Some((assertion, place, dispute)), _) if !self.one_in(5) => {
                self.go_on(*assertion, *place, *dispute)
            }
            (_, Some(number)) if !self.one_in(6) => self.challenge_or_finalize(*number),
            _ if self.one_in(2) => self.assert(),
            _ => self.collect(),
        }
    }

    fn assert(&mut self) -> (Agent, u128, Op) {
        let (start, steps) = (self.rng.random_range(0..100), self.case.params.steps);
        let claim = match self.one_in(2) {
            true => lie(start, self.case.error(start), steps),
            false => truth(start, steps),
        };
        (self.anyone(), self.case.params.assertion_bond, Op::Assert { start, claim })
    }

    fn challenge_or_finalize(&mut self, assertion: u32) -> (Agent, u128, Op) {
        let params = self.case.params;
        let record = self.model.db.assertion(assertion).expect("it is open");
        let challengeable = record.is_challengeable(&params, self.model.block());
        if challengeable != self.one_in(8) {
            let who = if self.one_in(6) { record.asserter } else { self.anyone() };
            return (who, params.challenge_bond, Op::Challenge { assertion });
        }
        (self.anyone(), 0, Op::Finalize { assertion })
    }

    /// Whoever's move it is moves, or anyone says that it is too late.
    fn go_on(&mut self, assertion: u32, place: u32, dispute: Dispute<Agent>) -> (Agent, u128, Op) {
        let record = self.model.db.assertion(assertion).expect("it is disputed");
        let in_time = dispute.is_in_time(&self.case.params, self.model.block());
        if in_time == self.one_in(15) {
            return (self.anyone(), 0, Op::Expire { assertion, place });
        }
        match dispute.turn() {
            Side::Asserter => {
                let odd = self.one_in(10);
                let said = self.case.said(&record, dispute.half());
                let state = if odd { self.rng.random() } else { said };
                (record.asserter, 0, Op::Bisect { assertion, place, state })
            }
            Side::Challenger => {
                let agrees = agrees(&record, &dispute) != self.one_in(6);
                (dispute.challenger, 0, Op::Answer { assertion, place, agrees })
            }
        }
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
        let (params, who) = (self.case.params, self.anyone());
        let assertion = self.rng.random_range(0..=self.model.db.state().assertions);
        let place = self.rng.random_range(0..=params.max_challengers);
        let (state, agrees) = (self.rng.random(), self.one_in(2));
        match self.rng.random_range(0..7) {
            0 => (who, params.assertion_bond, Op::Assert { start: state, claim: state }),
            1 => (who, params.challenge_bond, Op::Challenge { assertion }),
            2 => (who, 0, Op::Bisect { assertion, place, state }),
            3 => (who, 0, Op::Answer { assertion, place, agrees }),
            4 => (who, 0, Op::Expire { assertion, place }),
            5 => (who, 0, Op::Finalize { assertion }),
            _ => (who, 0, Op::Collect { account: self.anyone() }),
        }
    }
}
