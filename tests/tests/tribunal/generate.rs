//! Random calls: mostly what leads from a charge to a slash, sometimes nonsense.

use carrots::model::{Agent, Instance, hash};
pub use carrots_catalogue::tribunal::BEACON;
use carrots_catalogue::tribunal::{Op, Params, Receipt, SCORER, Tribunal};
use carrots_catalogue::{oracle, staking, verdicts};
use carrots_kernel::Perbill;
use carrots_logic::oracle::{Ballot, Db as _, Kind, Question, Status, UNANSWERABLE};
use carrots_logic::staking::{Db as _, Offence, State};
use carrots_logic::verdicts::{Db as _, GUILTY, INNOCENT};
use carrots_testkit::random::{self, ResultOf};
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use std::ops::Range;

/// The agents of a trace: four have the roles, three are the contracts.
pub const AGENTS: Agent = 14;
/// Those who are neither.
pub const PEOPLE: Range<Agent> = 7..AGENTS;

/// What a trace is about.
pub struct Case {
    name: &'static str,
    params: Params,
}

/// A court that is quicker than reports are late.
pub fn params() -> Params {
    Params {
        oracle: carrots_logic::oracle::Params {
            min_stake: 1_000,
            alpha: Perbill::from_percent(50),
            absent_loss: 700,
            fee_per_vote: 30,
            jury: 3,
            max_appeals: 1,
            max_jurors: 6,
            tolerance: Perbill::zero(),
            stake_blocks: 3,
            draw_blocks: 2,
            commit_blocks: 2,
            reveal_blocks: 2,
            appeal_blocks: 2,
        },
        staking: carrots_logic::staking::Params {
            era_blocks: 15,
            year_blocks: 1_500,
            unbonding_eras: 4,
            report_eras: 3,
            slash_defer_eras: 0,
            max_operators: 4,
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
        },
        verdicts: Default::default(),
    }
}

/// Courts that are quick, and one that is too slow.
pub fn cases() -> Vec<Case> {
    let mut slow = params();
    slow.staking =
        carrots_logic::staking::Params { report_eras: 0, era_blocks: 10, ..slow.staking };
    let mut strict = params();
    strict.staking.misconduct_slash = Perbill::one();
    vec![
        Case { name: "plain", params: params() },
        Case { name: "a court that is too slow", params: slow },
        Case { name: "all is slashed", params: strict },
    ]
}

/// What hides a juror's answers.
pub fn salt(who: Agent) -> [u8; 32] {
    hash(&who.to_le_bytes())
}

/// What a juror answers: mostly that operators are guilty.
fn answer(who: Agent, question: u64, round: u32) -> u128 {
    let [a, ..] =
        hash(&[&who.to_le_bytes()[..], &question.to_le_bytes(), &round.to_le_bytes()].concat());
    let [of_question, ..] = hash(&question.to_le_bytes());
    match (a, of_question) {
        (0..8, _) => UNANSWERABLE,
        (8..32, _) => INNOCENT,
        (_, 0..40) => INNOCENT,
        _ => GUILTY,
    }
}

impl random::Case for Case {
    type Model = Tribunal;

    const AGENTS: Agent = AGENTS;
    const PAUSE: u32 = 10;
    const SOMETIMES: &'static [&'static str] = &[
        "a case was named",
        "a case took the place of another",
        "an operator was found guilty",
        "a slash took something",
        "an accuser was credited",
        "staking refused a report",
    ];
    const NEVER: &'static [&'static str] = &["NothingToCollect", "collect"];
    const PART: &'static str = "verdicts.";

    fn name(&self) -> &'static str {
        self.name
    }

    fn params(&self) -> Params {
        self.params
    }

    fn wallet(&self) -> u128 {
        1_000_000
    }

    fn blocks_max(&self, rng: &mut ChaCha8Rng) -> u32 {
        if rng.random_ratio(1, 8) { self.params.staking.era_blocks } else { 2 }
    }

    fn call(&self, rng: &mut ChaCha8Rng, model: &Instance<Tribunal>) -> (Agent, u128, Op) {
        Maker { case: self, rng, model }.call()
    }

    fn reached(
        &self,
        model: &Instance<Tribunal>,
        op: &Op,
        result: &ResultOf<Self>,
        note: &mut dyn FnMut(&'static str),
    ) {
        match result {
            Ok(Receipt::Verdicts(verdicts::Receipt::Accused(accused))) => {
                note("a case was named");
                let Op::Verdicts(verdicts::Op::Accuse { operator, era, offence, .. }) = *op else {
                    return;
                };
                let text =
                    carrots_logic::verdicts::text(&model.db.verdicts, operator, era, offence);
                let earlier = |number: u64| {
                    model.db.oracle.question(number).is_some_and(|one| one.text == text)
                };
                if (0..accused.question).any(earlier) {
                    note("a case took the place of another");
                }
            }
            Ok(Receipt::Verdicts(verdicts::Receipt::Convicted(_))) => {
                note("an operator was found guilty")
            }
            Ok(Receipt::Staking(staking::Receipt::Slashed(slashed))) => {
                if slashed.amount > 0 {
                    note("a slash took something");
                }
                if PEOPLE.clone().any(|who| {
                    carrots_kernel::accounts::Accounts::credit(&model.db.staking, who) > 0
                }) {
                    note("an accuser was credited");
                }
            }
            Err(refusal) if format!("{refusal:?}").contains("ReportRefused") => {
                note("staking refused a report")
            }
            _ => {}
        }
    }
}

struct Maker<'a> {
    case: &'a Case,
    rng: &'a mut ChaCha8Rng,
    model: &'a Instance<Tribunal>,
}

impl Maker<'_> {
    fn anyone(&mut self) -> Agent {
        self.rng.random_range(PEOPLE)
    }

    fn call(&mut self) -> (Agent, u128, Op) {
        match self.rng.random_range(0..100) {
            0..3 => self.collect(),
            3..20 => self.staking(),
            20..88 => self.court(),
            _ => self.verdict(),
        }
    }

    fn collect(&mut self) -> (Agent, u128, Op) {
        let account = self.rng.random_range(0..AGENTS);
        let op = match self.rng.random_range(0..3) {
            0 => Op::Oracle(oracle::Op::Collect { account }),
            1 => Op::Staking(staking::Op::Collect { account }),
            _ => Op::Verdicts(verdicts::Op::Collect { account }),
        };
        (self.anyone(), 0, op)
    }

    fn staking(&mut self) -> (Agent, u128, Op) {
        let (who, operator) = (self.anyone(), self.anyone());
        let State { era, .. } = self.model.db.staking.state();
        let (value, op) = match self.rng.random_range(0..20) {
            0..3 => (20_000, staking::Op::Register { commission: Perbill::from_percent(10) }),
            3..5 => (5_000, staking::Op::Bond { operator }),
            5..7 => (0, staking::Op::Elect { operator, other: who }),
            7..12 => (0, staking::Op::EndEra {}),
            12 => (5_000, staking::Op::Fund {}),
            13 => return (SCORER, 0, Op::Staking(staking::Op::Award { operator, points: 10 })),
            14 => (0, staking::Op::Payout { operator }),
            15 => (
                0,
                staking::Op::Report { operator, reporter: who, era, offence: Offence::Misconduct },
            ),
            _ => (0, staking::Op::ApplySlash { operator }),
        };
        (who, value, Op::Staking(op))
    }

    /// Something that an operator may have done of late.
    fn charge(&mut self) -> (Agent, u32, Offence) {
        let operators: Vec<Agent> = PEOPLE
            .filter(|who| {
                self.model.db.staking.pool(*who).on_duty(self.model.db.staking.state().era)
            })
            .collect();
        let operator = operators.choose(self.rng).copied().unwrap_or(PEOPLE.start);
        let era = self.model.db.staking.state().era.saturating_sub(self.rng.random_range(0..2));
        let offence =
            if self.rng.random_ratio(1, 4) { Offence::Equivocation } else { Offence::Misconduct };
        (operator, era, offence)
    }

    fn court(&mut self) -> (Agent, u128, Op) {
        let (who, params) = (self.anyone(), self.case.params.oracle);
        let db = &self.model.db.oracle;
        let asked = db.state().questions;
        let recent: Vec<(u64, Question<Agent>)> = (asked.saturating_sub(4)..asked)
            .filter_map(|number| Some((number, db.question(number)?)))
            .filter(|(_, record)| record.status != Status::Settled)
            .collect();
        match self.rng.random_range(0..10) {
            0 => return (who, params.least_stake() * 2, Op::Oracle(oracle::Op::Stake {})),
            1 if recent.len() < 2 => {
                let (operator, era, offence) = self.charge();
                let mut text =
                    carrots_logic::verdicts::text(&self.model.db.verdicts, operator, era, offence);
                if self.rng.random_ratio(1, 15) {
                    text = [1; 32];
                }
                let options = if self.rng.random_ratio(1, 15) { 3 } else { 2 };
                let ask = oracle::Op::Ask { kind: Kind::Choice { options }, text };
                return (who, params.fee_of(params.jury_of(0)), Op::Oracle(ask));
            }
            _ => {}
        }
        let Some((question, record)) = recent.choose(self.rng).copied() else {
            return self.staking();
        };
        let (now, round) = (self.model.block(), record.round);
        let op = match record.status {
            Status::Drawing if now >= params.draw_window(record.since).1 => {
                oracle::Op::Expire { question }
            }
            Status::Drawing => {
                let seed = self.rng.random();
                return (BEACON, 0, Op::Oracle(oracle::Op::Draw { question, seed }));
            }
            Status::Voting => {
                let seats: Vec<(Agent, Ballot)> = (0..)
                    .map_while(|index| db.seat_of(question, round, index))
                    .map(|who| (who, db.seat(who, question, round).ballot))
                    .collect();
                let Some((who, ballot)) = seats.choose(self.rng).copied() else {
                    return self.staking();
                };
                let answer = answer(who, question, round);
                let op = match ballot {
                    Ballot::Empty => {
                        let commitment = db.seal(who, question, answer, &salt(who));
                        oracle::Op::Commit { question, commitment }
                    }
                    Ballot::Sealed(_) if self.rng.random_ratio(5, 6) => {
                        oracle::Op::Reveal { question, answer, salt: salt(who) }
                    }
                    _ => oracle::Op::Tally { question },
                };
                return (who, 0, Op::Oracle(op));
            }
            Status::Tallied if self.rng.random_ratio(1, 12) => {
                let fee = params.fee_of(params.jury_of(round + 1));
                return (who, fee, Op::Oracle(oracle::Op::Appeal { question }));
            }
            Status::Tallied | Status::Settled => oracle::Op::Settle { question },
        };
        (who, 0, Op::Oracle(op))
    }

    /// A charge's case, and what came of it.
    fn verdict(&mut self) -> (Agent, u128, Op) {
        let asked = self.model.db.oracle.state().questions;
        let question = match asked {
            0 => 0,
            _ => self.rng.random_range(asked.saturating_sub(6)..=asked),
        };
        let text = self.model.db.oracle.question(question).map(|record| record.text);
        let era = self.model.db.staking.state().era;
        let offences = [Offence::Misconduct, Offence::Equivocation];
        let charges = PEOPLE.flat_map(|operator| {
            (era.saturating_sub(6)..=era)
                .flat_map(move |era| offences.map(|offence| (operator, era, offence)))
        });
        let meant = charges.into_iter().find(|(operator, era, offence)| {
            let own =
                carrots_logic::verdicts::text(&self.model.db.verdicts, *operator, *era, *offence);
            Some(own) == text
        });
        let (operator, era, offence) = match meant {
            Some(charge) => charge,
            None => self.charge(),
        };
        let op = match self.model.db.verdicts.case(operator, era, offence) {
            Some(_) if self.rng.random_ratio(3, 4) => {
                verdicts::Op::Convict { operator, era, offence }
            }
            None if self.rng.random_ratio(1, 10) => {
                verdicts::Op::Convict { operator, era, offence }
            }
            _ => verdicts::Op::Accuse { operator, era, offence, question },
        };
        (self.anyone(), 0, Op::Verdicts(op))
    }
}
