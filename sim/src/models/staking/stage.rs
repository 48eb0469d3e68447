//! Staking as a game: operators decide once, before anything else, how they behave.
//!
//! Operators are alike. What they decided is carried out over a few eras of duty; then time passes
//! until every slash is applied; then whoever is still there leaves and takes out what it has.
//! Bonders are one account that bonds evenly with all operators and leaves last.
//!
//! Nobody misses a duty that it tries to do, and whether an offence is noticed is drawn once per
//! operator. Places and payouts are taken in the order of what was decided, so that what is scarce,
//! and what rounding leaves, falls to operators by their order among those who decided the same.

mod audit;
#[cfg(test)]
mod tests;

pub use audit::Audit;

use super::play::{Scenario, World};
use super::{Op, SINK, Staking};
use crate::models::{Agent, Instance, Model};
use crate::play::{Wrong, blocks_left, expect, live};
use crate::stage::{self, Course, Decision, Seat};
use crate::state::State;
use carrots_logic::staking::{Db, Era, Offence, Params, Status};
use carrots_logic::{Balance, Perbill};

/// Who funds the reserve, ends eras and is credited as the reporter.
const TREASURY: Agent = SINK + 1;
/// Who bonds for all bonders.
const BONDERS: Agent = TREASURY + 1;
/// The most eras until all operators have left.
const ERAS_MAX: Era = 10_000;

/// What an operator can decide to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Behaviour {
    /// Does its duty every era.
    Honest,
    /// Registers and does nothing.
    Lazy,
    /// Does its duty, equivocates in the first era, and stays.
    Equivocate,
    /// The same, and reports itself at once.
    SelfReport,
    /// Does the first era's duty, equivocates, retires and unbonds at once, and withdraws as soon
    /// as it can.
    Exit,
    /// Asks for all rewards as its commission, and is honest if that is accepted.
    Greedy,
    /// Does not register.
    Out,
    /// Splits its stake over several operators, all honest.
    Split,
    /// The same, and the first of them equivocates.
    SplitEquivocate,
}

use Behaviour as B;

/// An account that registered.
struct Operator {
    player: usize,
    account: Agent,
    /// Its place in the order of payouts.
    place: (u32, usize, usize),
    /// What it does by itself: one of a split is honest, or equivocates.
    behaviour: Behaviour,
    noticed: bool,
}

/// Staking as a game.
pub struct Stage {
    params: Params,
    world: World,
    audit: Audit,
    options: Vec<Behaviour>,
    /// The chance that an offence is noticed, in thousandths.
    detection: u64,
    state: Option<State>,
    /// The era in which it starts, with so many operators and so much stake that are there already.
    first: Era,
    there: (usize, Balance),
}

impl Stage {
    /// The game of a scenario whose other parts are sound.
    pub fn new(scenario: &Scenario) -> Result<Self, Wrong> {
        let Scenario { params, world, intended, .. } = scenario;
        let honest = intended.strategy == "honest";
        expect(honest, "intended.strategy", "honest to be audited")?;
        let detection = (world.detection * 1000.0).round();
        let exact = (world.detection * 1000.0 - detection).abs() < 1e-9;
        expect(exact, "world.detection", "a multiple of 0.001 to be audited")?;
        let audit = audit::complete(scenario)?;
        let mut options = vec![B::Honest, B::Lazy, B::Equivocate, B::Exit];
        if !params.reporter_share.is_zero() {
            options.push(B::SelfReport);
        }
        if params.max_commission < Perbill::one() {
            options.push(B::Greedy);
        }
        options.push(B::Out);
        if audit.splits > 1 {
            options.extend([B::Split, B::SplitEquivocate]);
        }
        let start = live::<super::Game>(scenario).map(|instance| instance.db.state());
        let start = start.unwrap_or_default();
        let stage = Self {
            params: *params,
            world: *world,
            audit,
            options,
            detection: detection as u64,
            state: scenario.state.clone(),
            first: start.era,
            there: (start.operators as usize, start.staked),
        };
        let few = stage.eras_all() <= ERAS_MAX;
        let expected =
            format!("at most {ERAS_MAX} eras until all left, unbonding_eras and report_eras too");
        expect(few, "audit.eras", expected)?;
        let blocks = u64::from(stage.eras_all()).checked_mul(params.era_blocks.into());
        let left = u64::from(blocks_left::<super::Game>(scenario));
        let fits = blocks.is_some_and(|blocks| blocks < left);
        expect(fits, "audit.eras", "what 2^32 blocks have room for, with the eras until all left")?;
        Ok(stage)
    }

    /// The last era with a report, and one.
    fn eras_reported(&self) -> Era {
        self.audit.eras.saturating_add(self.world.report_delay_eras)
    }

    /// The era in which whoever stayed leaves: every slash was applied.
    fn eras_slashed(&self) -> Era {
        self.eras_reported().saturating_add(self.params.slash_defer_eras.max(1) - 1)
    }

    fn eras_all(&self) -> Era {
        self.eras_slashed().saturating_add(self.params.unbonding_eras)
    }

    /// The accounts of a player: one that can bond its whole stake, and one for each part of it.
    fn accounts(&self) -> u32 {
        if self.audit.splits > 1 { 1 + self.audit.splits } else { 1 }
    }

    fn account(&self, player: usize, number: u32) -> Agent {
        BONDERS + 1 + player as Agent * self.accounts() + number
    }

    /// What an account of a player has. The first part is what the others leave.
    fn stake(&self, number: u32) -> Balance {
        let (stake, splits) = (self.audit.stake, Balance::from(self.audit.splits));
        match number {
            0 => stake,
            1 => stake - stake / splits * (splits - 1),
            _ => stake / splits,
        }
    }

    /// What bonders bond with each of so many operators.
    fn part(&self, operators: usize) -> Balance {
        let part = self.audit.bonded / operators.max(1) as Balance;
        if part < self.params.min_bond { 0 } else { part }
    }

    fn name(&self, option: usize) -> String {
        let splits = self.audit.splits;
        match self.options[option] {
            B::Honest => "honest".into(),
            B::Lazy => "lazy".into(),
            B::Equivocate => "equivocate".into(),
            B::SelfReport => "report itself".into(),
            B::Exit => "exit".into(),
            B::Greedy => "ask for all rewards".into(),
            B::Out => "out".into(),
            B::Split => format!("honest as {splits} operators"),
            B::SplitEquivocate => format!("equivocate with one of {splits} operators"),
        }
    }

    fn place(&self, behaviour: Behaviour) -> Option<usize> {
        self.options.iter().position(|option| *option == behaviour)
    }

    /// Everyone decides: the options by player.
    fn decide(&self, course: &mut Course<Staking>) -> Vec<usize> {
        let choose = |player| {
            course.choose(Decision {
                player,
                about: "behaviour",
                sees: 0,
                options: self.options.len(),
                intended: &|_| 0,
                name: &|option| self.name(option),
            })
        };
        (0..self.audit.operators as usize).map(choose).collect()
    }

    /// Operators register, everyone's first account before anyone's second, and bonders bond.
    fn enter(&self, course: &mut Course<Staking>, decided: &[usize]) -> Vec<Operator> {
        if self.world.reserve > 0 {
            course.call(TREASURY, self.world.reserve, Op::Fund {});
        }
        let mut operators = Vec::with_capacity(decided.len());
        let mut players: Vec<usize> = (0..decided.len()).collect();
        for turn in 0..self.audit.splits {
            for &player in &players {
                let option = decided[player];
                let (number, behaviour) = match (self.options[option], turn) {
                    (B::SplitEquivocate, 0) => (1, B::Equivocate),
                    (B::Split | B::SplitEquivocate, _) => (1 + turn, B::Honest),
                    (B::Out, _) | (_, 1..) => continue,
                    (behaviour, 0) => (0, behaviour),
                };
                let (account, stake) = (self.account(player, number), self.stake(number));
                let (commission, behaviour) = match behaviour {
                    B::Greedy => (Perbill::one(), B::Honest),
                    _ => (self.world.commission, behaviour),
                };
                if course.call(account, stake, Op::Register { commission }).is_some() {
                    let (place, noticed) = ((turn, option, player), false);
                    operators.push(Operator { player, account, place, behaviour, noticed });
                }
            }
            // All first accounts have a place.
            players.sort_by_key(|player| decided[*player]);
        }
        let part = self.part(operators.len());
        if part > 0 {
            for Operator { account, .. } in &operators {
                course.call(BONDERS, part, Op::Bond { operator: *account });
            }
        }
        operators
    }

    /// An operator's duty in an era, or what it does instead.
    fn duty(&self, course: &mut Course<Staking>, era: Era, operator: &mut Operator) {
        let &mut Operator { player, account, behaviour, .. } = operator;
        if course.instance.db.pool(account).status != Status::Active {
            return;
        }
        if behaviour != B::Lazy {
            course.gain(player, -(self.world.duty_cost as i128));
            let scorer = course.instance.db.roles().scorer;
            course.call(scorer, 0, Op::Award { operator: account, points: self.world.era_points });
        }
        if era > self.first || behaviour == B::Honest {
            return;
        }
        if behaviour != B::Lazy {
            course.gain(player, self.world.offence_gain as i128);
            course.commit(player);
        }
        operator.noticed = match (behaviour, self.detection) {
            (B::SelfReport, _) => {
                self.report(course, account, account, era, Offence::Equivocation);
                false
            }
            (_, 0 | 1000) => self.detection > 0,
            (_, noticed) => course.happen(&[noticed, 1000 - noticed]) == 0,
        };
        if behaviour == B::Exit {
            course.call(account, 0, Op::Retire {});
            unbond(course, account, account);
        }
    }

    /// What was noticed is reported after the world's delay.
    fn reports(&self, course: &mut Course<Staking>, now: Era, operators: &[Operator]) {
        let era = now.checked_sub(self.world.report_delay_eras).filter(|era| *era >= self.first);
        let Some(era) = era else { return };
        for Operator { account, behaviour, .. } in operators.iter().filter(|at| at.noticed) {
            let offence = match behaviour {
                B::Lazy if era - self.first < self.audit.eras => Offence::Unresponsiveness,
                B::Equivocate | B::Exit if era == self.first => Offence::Equivocation,
                _ => continue,
            };
            self.report(course, *account, TREASURY, era, offence);
        }
    }

    fn report(
        &self,
        course: &mut Course<Staking>,
        operator: Agent,
        reporter: Agent,
        era: Era,
        offence: Offence,
    ) {
        let slasher = course.instance.db.roles().slasher;
        course.call(slasher, 0, Op::Report { operator, era, offence, reporter });
    }

    /// The era ends; who exits is faster than whoever pulls payouts and applies slashes.
    fn close(
        &self,
        course: &mut Course<Staking>,
        era: Era,
        operators: &[Operator],
        queue: &[Agent],
    ) {
        self.end_era(course);
        for Operator { account, .. } in operators.iter().filter(|at| at.behaviour == B::Exit) {
            course.call(*account, 0, Op::Withdraw { operator: *account, era: self.first });
        }
        for &operator in queue {
            if course.instance.db.pool(operator).unpaid > 0 {
                course.call(TREASURY, 0, Op::Payout { operator, era });
                course.call(operator, 0, Op::Collect { account: operator });
            }
        }
        for &Operator { account: operator, .. } in operators {
            let pool = course.instance.db.pool(operator);
            for _ in pool.first_slash..pool.next_slash {
                let due = course.instance.db.pool(operator).slash_due <= era + 1;
                if !due || course.call(TREASURY, 0, Op::ApplySlash { operator }).is_none() {
                    break;
                }
                course.call(TREASURY, 0, Op::Remove { operator });
            }
        }
    }

    fn end_era(&self, course: &mut Course<Staking>) {
        course.advance(self.params.era_blocks);
        course.call(TREASURY, 0, Op::EndEra {});
    }

    /// What an account has by the records, less what it gets if it now leaves with all of it.
    fn locked(&self, who: Agent, end: &Instance<Staking>) -> i128 {
        if end.db.worth(who) == 0 {
            return 0;
        }
        let mut last = end.clone();
        let call = |last: &mut Instance<Staking>, op| {
            let _ = last.apply(who, 0, op);
        };
        call(&mut last, Op::Retire {});
        for (operator, shares) in end.db.positions.get(who).iter().copied() {
            call(&mut last, Op::Unbond { operator, shares });
        }
        for _ in 0..self.params.unbonding_eras {
            last.advance(self.params.era_blocks);
            call(&mut last, Op::EndEra {});
        }
        for ((operator, era), _) in last.db.unbondings.get(who).iter().copied() {
            call(&mut last, Op::Withdraw { operator, era });
        }
        call(&mut last, Op::Collect { account: who });
        end.wealth(who) as i128 - last.ledger().wallets[who as usize] as i128
    }

    /// Whoever is still there leaves with all that it has.
    fn leave(&self, course: &mut Course<Staking>, operators: &[Operator]) {
        let era = course.instance.db.state().era;
        for Operator { account, behaviour, .. } in operators {
            if *behaviour != B::Exit {
                course.call(*account, 0, Op::Retire {});
                unbond(course, *account, *account);
            }
            unbond(course, BONDERS, *account);
        }
        for _ in 0..self.params.unbonding_eras {
            self.end_era(course);
        }
        for &Operator { account: operator, behaviour, .. } in operators {
            let own = if behaviour == B::Exit { self.first } else { era };
            course.call(operator, 0, Op::Withdraw { operator, era: own });
            course.call(operator, 0, Op::Collect { account: operator });
            if self.audit.bonded > 0 {
                course.call(BONDERS, 0, Op::Withdraw { operator, era });
            }
        }
    }
}

/// Unbonds all that an account has with an operator.
fn unbond(course: &mut Course<Staking>, who: Agent, operator: Agent) {
    let shares = course.instance.db.position(operator, who);
    if shares > 0 {
        course.call(who, 0, Op::Unbond { operator, shares });
    }
}

impl stage::Stage for Stage {
    type Model = Staking;

    fn players(&self) -> Vec<Seat> {
        let seat = |player| Seat {
            name: format!("operator {player}"),
            accounts: (0..self.accounts()).map(|number| self.account(player, number)).collect(),
        };
        (0..self.audit.operators as usize).map(seat).collect()
    }

    fn params(&self) -> Params {
        self.params
    }

    fn wallets(&self) -> Vec<Balance> {
        let mut wallets = vec![0; TREASURY as usize];
        wallets.extend([self.world.reserve, self.audit.bonded]);
        for _ in 0..self.audit.operators {
            wallets.extend((0..self.accounts()).map(|number| self.stake(number)));
        }
        wallets
    }

    fn state(&self) -> Option<&State> {
        self.state.as_ref()
    }

    fn play(&self, course: &mut Course<Staking>) {
        let decided = self.decide(course);
        let mut operators = self.enter(course, &decided);
        let mut queue: Vec<_> = operators.iter().map(|at| (at.place, at.account)).collect();
        queue.sort_unstable();
        let queue: Vec<Agent> = queue.into_iter().map(|(_, account)| account).collect();
        for era in (self.first..).take(self.eras_slashed() as usize) {
            if era - self.first < self.audit.eras {
                for operator in &mut operators {
                    self.duty(course, era, operator);
                }
            }
            self.reports(course, era, &operators);
            self.close(course, era, &operators, &queue);
        }
        self.leave(course, &operators);
    }

    /// What a player still has in a pool, and does not get when it asks for it, is lost.
    fn worth(&self, player: usize, _kind: usize, end: &Instance<Staking>) -> i128 {
        let lost = |number| self.locked(self.account(player, number), end);
        -(0..self.accounts()).map(lost).sum::<i128>()
    }

    fn alike(&self) -> bool {
        true
    }

    fn out(&self, _player: usize) -> Option<usize> {
        self.place(B::Out)
    }

    fn identities(&self, _player: usize, option: usize) -> u32 {
        match self.options[option] {
            B::Split | B::SplitEquivocate => self.audit.splits,
            _ => 1,
        }
    }

    /// Whether more than a third of the operators of the first era, or of the stake that they and
    /// their bonders had in it, those included that were there before, equivocated and were noticed: what a chain's finality does not
    /// survive (Lamport, Shostak, Pease 1982).
    fn turned(&self, end: &Instance<Staking>) -> Option<bool> {
        let entered = (BONDERS + 1..self.account(self.audit.operators as usize, 0))
            .filter(|account| end.db.pool(*account).status != Status::Absent);
        let (mut all, mut bad) = ((0, 0), (0, 0));
        let (others, others_staked) = self.there;
        for account in entered {
            let stake = self.stake((account - BONDERS - 1) % self.accounts());
            all = (all.0 + 1, all.1 + stake);
            if end.db.reported(account, self.first, Offence::Equivocation) {
                bad = (bad.0 + 1, bad.1 + stake);
            }
        }
        let part = self.part(all.0);
        let staked = |(operators, stake)| stake + part * operators as Balance;
        Some(3 * bad.0 > all.0 + others || 3 * staked(bad) > staked(all) + others_staked)
    }

    fn corrupt(&self, _player: usize) -> Option<usize> {
        self.place(B::Equivocate)
    }
}
