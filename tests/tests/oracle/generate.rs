//! Random calls: mostly what a sensible agent would do now, sometimes nonsense.

use carrots::model::{Agent, Instance, hash};
use carrots_catalogue::oracle::{BEACON, Op, Oracle, Receipt};
use carrots_kernel::Perbill;
use carrots_kernel::sealed::{Phase, phase};
use carrots_logic::oracle::{
    Db, Kind, MAX_JURY, Outcome, Params, Question, Salt, Status, UNANSWERABLE,
};
use carrots_testkit::random::{self, ResultOf};
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use scale::Encode;

/// The agents of a trace. The first two have the roles.
pub const AGENTS: Agent = 11;

/// What a trace is about.
pub struct Case {
    pub name: &'static str,
    pub params: Params,
    pub wallet: u128,
}

/// The middle of the road.
pub fn params() -> Params {
    Params {
        min_stake: 1_000,
        alpha: Perbill::from_percent(50),
        absent_loss: 700,
        fee_per_vote: 30,
        jury: 3,
        max_appeals: 2,
        max_jurors: 6,
        tolerance: Perbill::from_percent(10),
        stake_blocks: 4,
        draw_blocks: 3,
        commit_blocks: 4,
        reveal_blocks: 3,
        appeal_blocks: 3,
    }
}

/// Parameters from all corners.
pub fn cases() -> Vec<Case> {
    let p = params();
    let tiny = Params { min_stake: 1, alpha: Perbill::from_parts(1), absent_loss: 2, ..p };
    let huge = Params {
        min_stake: (1 << 115) + 1,
        alpha: Perbill::from_parts(999_999_999),
        absent_loss: 1 << 116,
        fee_per_vote: (1 << 112) + 3,
        tolerance: Perbill::one(),
        ..p
    };
    let quick = Params { stake_blocks: 1, draw_blocks: 1, commit_blocks: 1, ..p };
    let quick = Params { reveal_blocks: 1, appeal_blocks: 1, max_appeals: 0, ..quick };
    let ladder = Params { jury: 1, max_appeals: 5, max_jurors: 5, fee_per_vote: 1, ..p };
    let ruin = Params { alpha: Perbill::one(), absent_loss: 1_001, jury: 5, max_appeals: 1, ..p };
    let case = |name, params, wallet| Case { name, params, wallet };
    vec![
        case("plain", p, 20_000),
        case("largest jury", Params { jury: MAX_JURY, max_appeals: 0, ..p }, 100_000),
        case("one juror", Params { max_jurors: 1, ..p }, 20_000),
        case(
            "many jurors",
            Params { max_jurors: 1_024, alpha: Perbill::one(), absent_loss: 1_500, ..p },
            20_000,
        ),
        case("tiny amounts", Params { fee_per_vote: 1, ..tiny }, 300),
        case("huge amounts", huge, 1 << 120),
        case("quick windows", quick, 20_000),
        case("ladder of appeals", ladder, 20_000),
        case("ruin", ruin, 12_000),
        case("narrow tolerance", Params { tolerance: Perbill::zero(), ..p }, 20_000),
    ]
}

/// What an agent reports in a round, and its salt: always the same, so that it can be revealed
/// without a memory.
pub fn secret(kind: Kind, who: Agent, question: u64, round: u32) -> (u128, Salt) {
    let salt = hash(&(who, question, round).encode());
    let [a, b, c, ..] = salt.map(u128::from);
    let answer = match kind {
        _ if c < 40 => UNANSWERABLE,
        // Mostly the first; sometimes none that there is.
        Kind::Choice { options } if b < 12 => a + u128::from(options),
        // All of the first jury are wrong.
        Kind::Choice { options } if round == 0 && question.is_multiple_of(4) => {
            u128::from(options) - 1
        }
        Kind::Choice { options } => (a % u128::from(options)).saturating_sub(b % 2),
        Kind::Number if b < 12 => UNANSWERABLE - 1 - a,
        Kind::Number => 1_000 + a,
    };
    (answer, salt)
}

impl random::Case for Case {
    type Model = Oracle;

    const AGENTS: Agent = AGENTS;
    const PAUSE: u32 = 10;
    const STRAY: u32 = 40;
    const SOMETIMES: &'static [&'static str] = &[
        "nobody was drawn for a question",
        "nobody was drawn for an appeal",
        "a jury is smaller than it should be",
        "a jury of the most votes",
        "a juror has several votes",
        "a round had an answer",
        "a round was undecided",
        "a round was silent",
        "an appeal was silent",
        "an appeal was decided",
        "an appeal had too few votes",
        "an appeal could not be heard",
        "a round had no answer",
        "a round was not judged",
        "an appeal was rewarded",
        "a juror was displaced",
        "a round without a coherent vote",
        "all votes were coherent",
        "an appeal was settled",
        "a juror lost its leaf",
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
        if rng.random_ratio(1, 4) { self.params.stake_blocks } else { 2 }
    }

    fn call(&self, rng: &mut ChaCha8Rng, model: &Instance<Oracle>) -> (Agent, u128, Op) {
        Maker { case: self, rng, model }.call()
    }

    fn reached(
        &self,
        model: &Instance<Oracle>,
        op: &Op,
        result: &ResultOf<Self>,
        note: &mut dyn FnMut(&'static str),
    ) {
        let db = &model.db;
        match result {
            Ok(Receipt::Drawn(drawn)) => {
                let wanted = self.params.jury_of(drawn.round);
                match (drawn.votes, drawn.round) {
                    (0, 0) => note("nobody was drawn for a question"),
                    (0, _) if carrots_logic::oracle::tree::total(db, &self.params) > 0 => {
                        note("an appeal could not be heard");
                    }
                    (0, _) => note("nobody was drawn for an appeal"),
                    (votes, _) if votes < wanted => note("a jury is smaller than it should be"),
                    (MAX_JURY, _) => note("a jury of the most votes"),
                    _ => {}
                }
                if drawn.votes > drawn.seats {
                    note("a juror has several votes");
                }
            }
            Ok(Receipt::Tallied(tallied)) => {
                match (tallied.outcome, tallied.round) {
                    (Outcome::Answer(_), _) => note("a round had an answer"),
                    (Outcome::Unanswerable, _) => note("a round had no answer"),
                    (Outcome::Undecided, _) => note("a round was undecided"),
                    (_, 0) => note("a round was silent"),
                    _ => note("an appeal was silent"),
                }
                let stands = db.question(tallied.question).map(|record| record.outcome);
                match stands == Some(tallied.outcome) {
                    true if tallied.round > 0 => note("an appeal was decided"),
                    false if tallied.votes > 0 => note("an appeal had too few votes"),
                    _ => {}
                }
            }
            Ok(Receipt::Settled(settled)) => {
                if settled.coherent == 0 && settled.lost > 0 {
                    note("a round without a coherent vote");
                }
                if settled.coherent > 0 && settled.lost == 0 {
                    note("all votes were coherent");
                }
                if settled.round > 0 {
                    note("an appeal was settled");
                }
                let decided = db.question(settled.question).map_or(0, |record| record.decided);
                if settled.round > decided && settled.coherent > 0 {
                    note("a round was not judged");
                }
                if settled.reward > 0 {
                    note("an appeal was rewarded");
                }
                let fell = |juror: Agent| {
                    let juror = db.juror(juror);
                    juror.stake > 0 && juror.leaf == 0
                };
                if (0..AGENTS).any(fell) {
                    note("a juror lost its leaf");
                }
            }
            Ok(Receipt::Staked(_)) if matches!(op, Op::Displace { .. }) => {
                note("a juror was displaced");
            }
            _ => {}
        }
    }
}

struct Maker<'a> {
    case: &'a Case,
    rng: &'a mut ChaCha8Rng,
    model: &'a Instance<Oracle>,
}

impl Maker<'_> {
    fn one_in(&mut self, times: u32) -> bool {
        self.rng.random_ratio(1, times)
    }

    fn anyone(&mut self) -> Agent {
        self.rng.random_range(0..AGENTS)
    }

    fn call(&mut self) -> (Agent, u128, Op) {
        let who = self.anyone();
        match self.rng.random_range(0..100) {
            0..10 => self.stake(),
            10..16 => self.unstake(),
            16..20 => self.ask(),
            20..24 => (who, 0, Op::Collect { account: self.anyone() }),
            24..26 => self.anything(),
            _ => self.go_on(),
        }
    }

    fn stake(&mut self) -> (Agent, u128, Op) {
        let who = self.anyone();
        let least = self.case.params.least_stake();
        let has = self.model.ledger().wallets[who as usize];
        let value = match self.rng.random_range(0..12) {
            0 => 0,
            1 => self.rng.random_range(0..least),
            2..5 => has / 2,
            _ => least.saturating_mul(self.rng.random_range(1..4)).min(has),
        };
        let (db, full) = (&self.model.db, self.case.params.max_jurors);
        if self.one_in(if db.state().jurors < full { 25 } else { 2 }) {
            let juror = db.leaf(self.rng.random_range(1..=full));
            let juror = juror.filter(|_| !self.one_in(20)).unwrap_or(who);
            let value = if self.one_in(3) { value } else { least.saturating_mul(4).min(has) };
            return (who, value, Op::Displace { juror });
        }
        (who, value, Op::Stake {})
    }

    fn unstake(&mut self) -> (Agent, u128, Op) {
        let stakes = |who: &Agent| self.model.db.juror(*who).stake > 0;
        let staked: Vec<_> = (0..AGENTS).filter(stakes).collect();
        let who = staked.choose(self.rng).copied().unwrap_or(0);
        let juror = self.model.db.juror(who);
        let free = juror.stake - juror.locked;
        let amount = match self.rng.random_range(0..10) {
            0 => 0,
            1 => juror.stake.saturating_add(1),
            2 => juror.stake,
            3..6 => free,
            _ => self.rng.random_range(0..=free),
        };
        (who, 0, Op::Unstake { amount })
    }

    fn kind(&mut self) -> Kind {
        match self.rng.random_range(0..20) {
            0 => Kind::Choice { options: self.rng.random() },
            1..12 => Kind::Choice { options: self.rng.random_range(2..=4) },
            _ => Kind::Number,
        }
    }

    fn ask(&mut self) -> (Agent, u128, Op) {
        let fee = self.case.params.fee_of(self.case.params.jury_of(0));
        (self.anyone(), fee, Op::Ask { kind: self.kind(), text: self.rng.random() })
    }

    /// A question of late that is not settled, mostly; sometimes one that is not there.
    fn question(&mut self) -> (u64, Option<Question<Agent>>) {
        let asked = self.model.db.state().questions;
        let open = |number: &u64| {
            let record = self.model.db.question(*number);
            record.is_some_and(|record| record.status != Status::Settled)
        };
        let open: Vec<_> = (asked.saturating_sub(8)..asked).filter(open).collect();
        let number = match open.choose(self.rng) {
            Some(number) if !self.one_in(40) => *number,
            _ => self.rng.random_range(0..=asked),
        };
        (number, self.model.db.question(number))
    }

    /// What the state of a question asks for.
    fn go_on(&mut self) -> (Agent, u128, Op) {
        let (question, record) = self.question();
        let (now, params) = (self.model.block(), self.case.params);
        let who = self.anyone();
        let Some(record) = record else { return (who, 0, Op::Tally { question }) };
        match record.status {
            Status::Drawing if now >= params.draw_window(record.since).1 => {
                (who, 0, Op::Expire { question })
            }
            Status::Drawing if params.drawing(now) || self.one_in(8) => match self.one_in(15) {
                true => (who, 0, Op::Expire { question }),
                false => (BEACON, 0, Op::Draw { question, seed: self.rng.random() }),
            },
            Status::Voting => self.vote(question, record),
            Status::Tallied => self.appeal_or_settle(question, record),
            Status::Drawing => self.stake(),
            Status::Settled => (who, 0, Op::Settle { question }),
        }
    }

    fn vote(&mut self, question: u64, record: Question<Agent>) -> (Agent, u128, Op) {
        let params = self.case.params;
        let (commit, reveal) = (params.commit_blocks, params.reveal_blocks);
        let seats = self.model.db.jury(question, record.round).map_or(0, |jury| jury.seats);
        let index = self.rng.random_range(0..=seats);
        let seated = self.model.db.seat_of(question, record.round, index);
        let who = seated.unwrap_or_else(|| self.anyone());
        let (answer, salt) = secret(record.kind, who, question, record.round);
        let op = match phase(record.since, commit, reveal, self.model.block()) {
            _ if self.one_in(30) => Op::Tally { question },
            Phase::Commit => {
                let commitment = self.model.db.seal(who, question, answer, &salt);
                Op::Commit { question, commitment }
            }
            Phase::Reveal => {
                let off = self.one_in(20);
                let salt = if off { self.rng.random() } else { salt };
                Op::Reveal { question, answer, salt }
            }
            Phase::Over => Op::Tally { question },
        };
        (who, 0, op)
    }

    fn appeal_or_settle(&mut self, question: u64, record: Question<Agent>) -> (Agent, u128, Op) {
        let params = self.case.params;
        let age = self.model.block() - record.since;
        let open = record.round < params.max_appeals && age < params.appeal_blocks;
        if open != self.one_in(8) {
            let fee = params.fee_of(params.jury_of(record.round + 1));
            return (self.anyone(), fee, Op::Appeal { question });
        }
        (self.anyone(), 0, Op::Settle { question })
    }

    /// Any message, whether it makes sense or not.
    fn anything(&mut self) -> (Agent, u128, Op) {
        let (question, record) = self.question();
        let (who, kind) = (self.anyone(), record.map_or(Kind::Number, |record| record.kind));
        let round = record.map_or(0, |record| record.round);
        let (answer, salt) = secret(kind, who, question, round);
        let commitment = self.model.db.seal(who, question, answer, &salt);
        let op = match self.rng.random_range(0..8) {
            0 => Op::Draw { question, seed: salt },
            1 => Op::Expire { question },
            2 => Op::Commit { question, commitment },
            3 => Op::Reveal { question, answer, salt },
            4 => Op::Tally { question },
            5 => Op::Appeal { question },
            6 => Op::Displace { juror: self.anyone() },
            _ => Op::Settle { question },
        };
        (if self.one_in(2) { BEACON } else { who }, 0, op)
    }
}
