//! A question to the court as a game: jurors decide what to report, and whether to take part.
//!
//! Every juror decides once, before anything else. Then all who take part stake, a question is
//! asked, a jury is drawn, commits and reveals, those who challenge any outcome appeal, and what is
//! due is settled and collected. Options have no meaning of their own, so the first is the truth and the second
//! is what a briber wants; which of them needs no effort is drawn by chance. A number is the last
//! one that was known, moved up by all of the drift; a briber wants twice as much.

mod audit;

pub use audit::{Audit, Bribe};

use super::play::{Scenario, Strategy, Truth, World};
use super::{BEACON, Op, Oracle, SINK};
use crate::models::{Agent, Instance};
use crate::play::{Strategies, Wrong, expect, live};
use crate::stage::{self, Course, Decision, Seat, TOKENS_MAX};
use crate::state::State;
use audit::{Plan, Report, options};
use carrots_logic::math::part_down;
use carrots_logic::oracle::verdict::{Standing, standing};
use carrots_logic::oracle::{
    Accounts, Ballot, Db, Juror, MAX_JURY, Outcome, Params, Salt, Status, tree,
};
use carrots_logic::{Balance, Perbill};
use num_integer::Integer;

/// Who asks: the first agent without a role. The jurors' accounts follow.
const ASKER: Agent = SINK + 1;
/// One, in parts of which chances are taken.
const THOUSAND: u64 = 1_000;

/// An account with votes in the jury, and what it reveals.
struct Vote {
    juror: usize,
    account: Agent,
    /// Whose commitment it is.
    copied: Agent,
    votes: u32,
    answer: u128,
    /// What hides the answer.
    salt: Salt,
    report: Report,
}

/// A question to the court as a game.
pub struct Stage {
    params: Params,
    world: World,
    audit: Audit,
    /// What a juror stakes.
    stake: Balance,
    truth: u128,
    lie: u128,
    options: Vec<Plan>,
    state: Option<State>,
    /// The question's number.
    question: u64,
}

impl Stage {
    /// The game of a scenario whose other parts are sound.
    pub fn new(scenario: &Scenario) -> Result<Self, Wrong> {
        let Scenario { world, intended, .. } = scenario;
        let audit = scenario.audit.unwrap_or_default();
        let honest = intended.strategy == Strategy::Honest.name();
        expect(honest, "intended.strategy", "honest to be audited")?;
        expect((1..=MAX_JURY).contains(&audit.jurors), "audit.jurors", "1 to 63 jurors")?;
        expect((1..=8).contains(&audit.splits), "audit.splits", "1 to 8 accounts")?;
        let mut params = Params { max_appeals: audit.appeals, ..scenario.params };
        let stake = if audit.stake == 0 { params.least_stake() } else { audit.stake };
        expect(stake >= params.least_stake(), "audit.stake", "at least the least stake")?;
        let each = Juror { stake, locked: 0, leaf: 1 }.votes(&params);
        let start = match live::<super::Game>(scenario) {
            Some(mut start) => start.set_params(params).map(|()| Some(start)),
            None => Ok(None),
        };
        let start = start.map_err(|error| Wrong {
            key: "audit".into(),
            expected: format!("a game that the state has room for: {error}"),
        })?;
        let (votes, there, question) = start.map_or((0, 0, 0), |Instance { db, .. }| {
            (tree::total(&db, &params), db.state().jurors, db.state().questions)
        });
        let all = each.saturating_mul(audit.jurors);
        let all = all.saturating_add(u32::try_from(votes).unwrap_or(u32::MAX));
        params.jury = if audit.jury == 0 { all } else { audit.jury };
        let sound = params.check().is_ok();
        if votes > 0 && audit.jury == 0 {
            let expected = format!(
                "a last jury of at most 63 votes, whose fee fits: those who are there have {votes}"
            );
            expect(sound, "audit.jury", expected)?;
        }
        let key = if audit.jury == 0 { "audit.jurors" } else { "audit.jury" };
        expect(sound, key, "a last jury of at most 63 votes, whose fee fits")?;
        let room = audit.jurors * audit.splits <= params.max_jurors.saturating_sub(there);
        expect(room, "audit.jurors", "at most params.max_jurors accounts of all jurors")?;
        let truth = match world.truth {
            Truth::Choice { .. } => 0,
            Truth::Number { start, drift, .. } => {
                let drift = Perbill::from_parts((drift * 1e9).round() as u32);
                start.saturating_add(part_down(drift, start))
            }
        };
        let stage = Self {
            params,
            world: *world,
            audit,
            stake,
            truth,
            lie: world.truth.lie(truth),
            options: options(&audit, world.truth),
            state: scenario.state.clone(),
            question,
        };
        stage.check_chances()?;
        stage.check_amounts()?;
        Ok(stage)
    }

    fn check_chances(&self) -> Result<(), Wrong> {
        let whole = self.audit.accuracy.deconstruct().is_multiple_of(1_000_000);
        expect(whole, "audit.accuracy", "a chance in whole thousandths to be audited")?;
        if !self.noisy() {
            return Ok(());
        }
        if let Truth::Choice { first, .. } = self.world.truth {
            let parts = first * THOUSAND as f64;
            let whole = (parts - parts.round()).abs() < 1e-9;
            let expected = "a chance in whole thousandths to be audited";
            expect(whole, "world.truth.choice.first", expected)?;
        }
        // A chance move for every juror, and one for all who are lazy.
        let moves = self.audit.jurors + 1;
        let branches = u128::from(self.others() * THOUSAND).checked_pow(moves);
        let expected = "fewer jurors whose effort may fail: odds of all of them below 2^128";
        expect(branches.is_some(), "audit.jurors", expected)
    }

    fn check_amounts(&self) -> Result<(), Wrong> {
        let accounts = Balance::from(self.audit.jurors * self.audit.splits);
        let fee = self.params.fee_of(self.params.jury);
        let each = self.stake.checked_add(self.audit.spare);
        let all = each.and_then(|each| each.checked_mul(accounts)?.checked_add(fee));
        let few = all.is_some_and(|all| all <= TOKENS_MAX);
        expect(few, "audit.stake", "at most 2^112 for all stakes and fees to be audited")?;
        let World { effort_cost, bribe, promise, .. } = self.world;
        for (key, amount) in [("effort_cost", effort_cost), ("bribe", bribe), ("promise", promise)]
        {
            let most = amount.checked_mul(MAX_JURY.into());
            let expected = "at most 2^112 over a jury to be audited";
            expect(most.is_some_and(|most| most <= TOKENS_MAX), &format!("world.{key}"), expected)?;
        }
        Ok(())
    }

    /// Whether effort may fail.
    fn noisy(&self) -> bool {
        self.audit.accuracy != Perbill::one()
    }

    /// How many wrong answers effort may find.
    fn others(&self) -> u64 {
        match self.world.truth {
            Truth::Choice { options, .. } => u64::from(options) - 1,
            Truth::Number { .. } => 1,
        }
    }

    fn account(&self, juror: usize, split: u32) -> Agent {
        ASKER + 1 + juror as Agent * self.audit.splits + split
    }

    /// Everyone stakes as it decided.
    fn enter(&self, course: &mut Course<Oracle>, plans: &[Plan]) {
        self.pass_drawing(course);
        for (juror, (report, accounts)) in plans.iter().enumerate() {
            if *report != Report::Out {
                let part = self.stake / Balance::from(*accounts);
                let first = self.stake - part * Balance::from(accounts - 1);
                for split in 0..*accounts {
                    let stake = if split == 0 { first } else { part };
                    course.call(self.account(juror, split), stake, Op::Stake {});
                }
            }
        }
    }

    /// Lets a drawing phase pass.
    fn pass_drawing(&self, course: &mut Course<Oracle>) {
        let (now, params) = (course.instance.block(), &self.params);
        if params.drawing(now) {
            let cycle = params.stake_blocks + params.draw_blocks;
            course.advance(cycle - now % cycle);
        }
    }

    /// A jury is drawn, votes and is tallied; gives its votes.
    fn hear(&self, course: &mut Course<Oracle>, plans: &[Plan], guess: u128) -> Vec<Vote> {
        let now = course.instance.block();
        course.advance(self.params.draw_window(now).0 - now);
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.audit.seed.to_le_bytes());
        course.call(BEACON, 0, Op::Draw { question: self.question, seed });
        let mut votes = self.votes(course, plans, guess);
        if !votes.is_empty() {
            self.copy(&mut votes);
            self.vote(course, &votes);
        }
        votes
    }

    /// Who was drawn finds out what it will answer.
    fn votes(&self, course: &mut Course<Oracle>, plans: &[Plan], guess: u128) -> Vec<Vote> {
        let round = course.instance.db.question(self.question).map_or(0, |question| question.round);
        let mut votes = Vec::with_capacity(plans.len());
        for (juror, (report, accounts)) in plans.iter().enumerate() {
            let drawn = |split: u32| {
                let account = self.account(juror, split);
                let votes = course.instance.db.seat(account, self.question, round).votes;
                (votes > 0).then_some((account, votes))
            };
            let drawn: Vec<(Agent, u32)> = (0..*accounts).filter_map(drawn).collect();
            if drawn.is_empty() {
                continue;
            }
            let answer = match report {
                Report::Truth | Report::Challenge => {
                    course.gain(juror, -(self.world.effort_cost as i128));
                    self.signal(course)
                }
                Report::Lie => self.lie,
                Report::Lazy => guess,
                Report::Absent | Report::Out | Report::Copy | Report::Late => self.truth,
            };
            let vote = |(account, votes)| {
                let salt = salt(account);
                Vote { juror, account, copied: account, votes, answer, salt, report: *report }
            };
            votes.extend(drawn.into_iter().map(vote));
        }
        votes
    }

    /// What needs no effort.
    fn guess(&self, course: &mut Course<Oracle>) -> u128 {
        match self.world.truth {
            Truth::Choice { first, .. } => {
                self.option(course, (first * THOUSAND as f64).round() as u64)
            }
            Truth::Number { start, .. } => start,
        }
    }

    /// What effort finds: the truth, or else another option, or half of the number.
    fn signal(&self, course: &mut Course<Oracle>) -> u128 {
        let right = u64::from(self.audit.accuracy.deconstruct() / 1_000_000);
        match (self.option(course, right), self.world.truth) {
            (0, _) => self.truth,
            (option, Truth::Choice { .. }) => option,
            (_, Truth::Number { .. }) => self.truth / 2,
        }
    }

    /// Zero with `right` thousandths of chance; else each other number as likely as the next.
    fn option(&self, course: &mut Course<Oracle>, right: u64) -> u128 {
        if right == THOUSAND {
            return 0;
        }
        let others = self.others();
        let common = (right * others).gcd(&(THOUSAND - right));
        let mut odds = vec![(THOUSAND - right) / common; 1 + others as usize];
        odds[0] = right * others / common;
        course.happen(&odds) as u128
    }

    /// Whoever copies takes over the answer of one of those who report what comes first, and its
    /// commitment or, if late, one of its own. Where nobody reveals, there is nothing to copy.
    fn copy(&self, votes: &mut [Vote]) {
        let own = votes.iter().filter(|vote| vote.reveals() && !vote.report.copies());
        let first = own.min_by_key(|vote| self.place((vote.report, 1)));
        let first = first.map(|vote| (vote.account, vote.answer, vote.salt));
        for vote in votes.iter_mut().filter(|vote| vote.report.copies()) {
            match (first, vote.report) {
                (None, _) => vote.report = Report::Absent,
                (Some(first), Report::Copy) => (vote.copied, vote.answer, vote.salt) = first,
                (Some((_, answer, _)), _) => vote.answer = answer,
            }
        }
    }

    /// The jury commits, reveals, and is tallied. A wrong answer that is revealed cannot be taken
    /// back, nor can one that was not.
    fn vote(&self, course: &mut Course<Oracle>, votes: &[Vote]) {
        let (late, early): (Vec<_>, Vec<_>) =
            votes.iter().partition(|vote| vote.report == Report::Late);
        early.iter().for_each(|vote| self.commit(course, vote));
        course.advance(self.params.commit_blocks);
        early.iter().filter(|vote| vote.reveals()).for_each(|vote| self.reveal(course, vote));
        for vote in late {
            self.commit(course, vote);
            self.reveal(course, vote);
        }
        course.advance(self.params.reveal_blocks);
        for vote in votes.iter().filter(|vote| !vote.reveals()) {
            course.commit(vote.juror);
        }
        course.call(ASKER, 0, Op::Tally { question: self.question });
    }

    fn commit(&self, course: &mut Course<Oracle>, vote: &Vote) {
        let commitment =
            course.instance.db.seal(vote.copied, self.question, vote.answer, &vote.salt);
        course.call(vote.account, 0, Op::Commit { question: self.question, commitment });
    }

    fn reveal(&self, course: &mut Course<Oracle>, vote: &Vote) {
        let op = Op::Reveal { question: self.question, answer: vote.answer, salt: vote.salt };
        course.call(vote.account, 0, op);
        if vote.answer != self.truth {
            course.commit(vote.juror);
        }
    }

    /// The first one who challenges outcomes and can pay for it appeals; whether anybody did.
    fn appeal(&self, course: &mut Course<Oracle>, plans: &[Plan]) -> bool {
        let Some(record) = course.instance.db.question(self.question) else { return false };
        if record.status != Status::Tallied || record.round >= self.params.max_appeals {
            return false;
        }
        let fee = self.params.fee_of(self.params.jury_of(record.round + 1));
        (0..plans.len()).filter(|juror| plans[*juror].0 == Report::Challenge).any(|juror| {
            course
                .call(self.account(juror, 0), fee, Op::Appeal { question: self.question })
                .is_some()
        })
    }

    /// Every round is settled when nobody can appeal any more.
    fn settle(&self, course: &mut Course<Oracle>) {
        if self.params.max_appeals > 0 {
            course.advance(self.params.appeal_blocks);
        }
        self.pass_drawing(course);
        let open = |instance: &Instance<Oracle>| {
            instance
                .db
                .question(self.question)
                .is_some_and(|record| record.status == Status::Tallied)
        };
        for _ in 0..=self.params.max_appeals {
            if !open(&course.instance) {
                break;
            }
            course.call(ASKER, 0, Op::Settle { question: self.question });
        }
        // Somebody may have appealed before, out of turn: nobody waits for that jury for ever.
        for _ in 0..self.params.max_appeals {
            course.advance(2 * (self.params.stake_blocks + self.params.draw_blocks));
            course.call(ASKER, 0, Op::Expire { question: self.question });
            course.advance(self.params.appeal_blocks);
            for _ in 0..=self.params.max_appeals {
                course.call(ASKER, 0, Op::Settle { question: self.question });
            }
        }
    }

    /// The briber pays, and everyone takes what is due.
    fn pay(&self, course: &mut Course<Oracle>, votes: &[Vote]) {
        let bribe = match self.audit.bribe {
            Bribe::OnAction => self.world.bribe,
            Bribe::PEpsilon if !self.lie_won(&course.instance) => self.world.promise,
            Bribe::None | Bribe::PEpsilon => 0,
        };
        for vote in votes.iter().filter(|vote| vote.report == Report::Lie) {
            course.gain(vote.juror, (bribe * Balance::from(vote.votes)) as i128);
        }
        let jurors = votes.iter().map(|vote| vote.account);
        let sink = course.instance.db.roles().sink;
        for account in [sink, ASKER].into_iter().chain(jurors) {
            if course.instance.db.credit(account) > 0 {
                course.call(account, 0, Op::Collect { account });
            }
        }
    }

    /// Whether a vote for the lie is in accord with the outcome.
    fn lie_won(&self, end: &Instance<Oracle>) -> bool {
        let outcome =
            end.db.question(self.question).map_or(Outcome::Pending, |record| record.outcome);
        let (kind, ballot) = (self.world.truth.kind(), Ballot::Open(self.lie));
        matches!(outcome, Outcome::Answer(_))
            && standing(kind, self.params.tolerance, outcome, ballot) == Standing::Coherent
    }

    fn place(&self, plan: Plan) -> Option<usize> {
        self.options.iter().position(|option| *option == plan)
    }

    fn name(&self, option: usize) -> String {
        let (report, accounts) = self.options[option];
        match accounts {
            1 => report.name().into(),
            _ => format!("{} as {accounts} accounts", report.name()),
        }
    }
}

impl Vote {
    fn reveals(&self) -> bool {
        self.report != Report::Absent
    }
}

impl stage::Stage for Stage {
    type Model = Oracle;

    fn players(&self) -> Vec<Seat> {
        let accounts = |juror| (0..self.audit.splits).map(|at| self.account(juror, at)).collect();
        let seat = |juror| Seat { name: format!("juror {juror}"), accounts: accounts(juror) };
        (0..self.audit.jurors as usize).map(seat).collect()
    }

    fn params(&self) -> Params {
        self.params
    }

    fn wallets(&self) -> Vec<Balance> {
        let fee = self.params.fee_of(self.params.jury);
        let accounts = (self.audit.jurors * self.audit.splits) as usize;
        [vec![0, 0, fee], vec![self.stake + self.audit.spare; accounts]].concat()
    }

    fn state(&self) -> Option<&State> {
        self.state.as_ref()
    }

    fn play(&self, course: &mut Course<Oracle>) {
        let mut plans = Vec::with_capacity(self.audit.jurors as usize);
        for player in 0..self.audit.jurors as usize {
            let option = course.choose(Decision {
                player,
                about: "vote",
                sees: 0,
                options: self.options.len(),
                intended: &|_| 0,
                name: &|option| self.name(option),
            });
            plans.push(self.options[option]);
        }
        self.enter(course, &plans);
        let fee = self.params.fee_of(self.params.jury);
        course.call(ASKER, fee, Op::Ask { kind: self.world.truth.kind() });
        let lazy = plans.iter().any(|(report, _)| *report == Report::Lazy);
        let guess = if lazy { self.guess(course) } else { self.truth };
        let mut votes = self.hear(course, &plans, guess);
        while self.appeal(course, &plans) {
            votes.extend(self.hear(course, &plans, guess));
        }
        self.settle(course);
        self.pay(course, &votes);
    }

    /// A jury of all votes treats all alike.
    fn alike(&self) -> bool {
        self.audit.jury == 0
    }

    fn out(&self, _player: usize) -> Option<usize> {
        self.place((Report::Out, 1))
    }

    fn identities(&self, _player: usize, option: usize) -> u32 {
        self.options[option].1
    }

    /// Whether the lie won.
    fn turned(&self, end: &Instance<Oracle>) -> Option<bool> {
        Some(self.lie_won(end))
    }

    fn corrupt(&self, _player: usize) -> Option<usize> {
        self.place((Report::Lie, 1))
    }
}

/// What hides an answer.
fn salt(who: Agent) -> Salt {
    let mut salt = [0; 32];
    salt[..4].copy_from_slice(&who.to_le_bytes());
    salt
}

#[cfg(test)]
mod tests;
