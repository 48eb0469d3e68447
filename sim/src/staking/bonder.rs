//! What bonders do: who they bond to, when they leave, and what those do who compare.

use super::board::{Memory, Table, lose};
use super::menu::{Game, Variant};
use super::scenario::Strategy;
use super::{Op, Receipt, Staking};
use carrots::model::Agent;
use carrots::play::Answers;
use carrots_kernel::Balance;
use carrots_kernel::math::{mul_div_down, part_down};
use carrots_kernel::storage::Table as _;
use carrots_logic::staking::curve::payout_down;
use carrots_logic::staking::{Db, Era, Status};
use std::mem::take;

/// Of so many eras a bonder that compares looks in one, by chance: were it all in each, all would come and go
/// together.
const LOOKS: usize = 8;
/// What yields are in.
const BILLION: Balance = 1_000_000_000;

impl Game {
    /// An era of a bonder that compares: it stays while what is bonded earns more than its tokens would elsewhere, and
    /// comes back when that is so again. What it remembers then.
    pub(super) fn compare<A: Answers<Staking>>(&self, table: &mut Table<A>, at: usize) -> Memory {
        let (who, memory) = (table.players[at].account, table.players[at].own);
        let elsewhere = self.elsewhere[at];
        let looks = table.pick(at, LOOKS) == 0;
        match memory {
            Memory::Idle => {
                let idle = table.instance.ledger().wallets[who as usize];
                let yearly = mul_div_down(idle, elsewhere, BILLION).unwrap_or(0);
                let (era, year) = (self.params.era_blocks, self.params.year_blocks);
                let earned = mul_div_down(yearly, era.into(), year.into()).unwrap_or(0);
                table.answers.enjoy(&mut table.endowments[at], at, 0, |_| earned);
                if looks && self.earns(table) > elsewhere { bond(table, at) } else { memory }
            }
            Memory::Bonded(operator, _) if looks && self.earns(table) < elsewhere => {
                let until = unbond(table, who, operator);
                until.map_or(memory, |until| Memory::Unbonding(operator, until))
            }
            Memory::Unbonding(operator, until) => {
                let all = has_unbonded(table, until) && withdraw(table, who, operator, until);
                if all { Memory::Idle } else { memory }
            }
            _ => look(table, at, memory),
        }
    }

    /// What is bonded earns in a year as it is now, in billionths.
    fn earns<A: Answers<Staking>>(&self, table: &Table<A>) -> Balance {
        let staked = table.instance.db.state().staked;
        let yearly = payout_down(&self.params, staked, self.params.year_blocks).unwrap_or(0);
        let shared = yearly - part_down(self.world.commission, yearly);
        mul_div_down(shared, BILLION, staked).unwrap_or(Balance::MAX)
    }
}

/// One memory of two.
pub fn remember<A>(table: &mut Table<A>, held: Memory, more: Memory) -> Memory {
    let holdings = &mut table.board.holdings;
    match held {
        Memory::Idle => more,
        Memory::Several(place) => {
            holdings[place as usize].push(more);
            held
        }
        _ => {
            holdings.push(vec![held, more]);
            Memory::Several(holdings.len() as u32 - 1)
        }
    }
}

/// Whether a bonder has all with one operator.
#[inline(always)]
pub fn content<A>(table: &Table<A>, at: usize) -> bool {
    let player = &table.players[at];
    matches!(player.own, Memory::Bonded(..)) && player.plan.strategy == Strategy::Bonder
}

/// Whether a bonder has anything to do.
#[inline(always)]
pub fn stirs<A>(table: &Table<A>, memory: Memory) -> bool {
    let Memory::Bonded(operator, slashes) = memory else { return true };
    let idle = table.instance.db.pool(operator).status != Status::Active;
    idle || table.board.losses.read(operator).1 > slashes
}

/// Unbonds all that an account has with an operator; the last era in which it counts.
pub fn unbond<A: Answers<Staking>>(
    table: &mut Table<A>,
    who: Agent,
    operator: Agent,
) -> Option<Era> {
    let db = &table.instance.db;
    let own = (who == operator && db.pool(who).stake.own > 0).then_some(0);
    let lots = db.lots.get(who);
    let lots = lots.iter().filter(|(at, _)| at.0 == operator).map(|(at, _)| at.1);
    let mut last = None;
    for since in own.into_iter().chain(lots).collect::<Vec<Era>>() {
        let op = Op::Unbond { operator, since, amount: Balance::MAX };
        if let Some(Receipt::Unbonded(unbonded)) = table.call(who, 0, op) {
            last = Some(unbonded.until);
        }
    }
    last
}

/// Whether what was unbonded in an era can be taken out, if no slash is in the way.
pub fn has_unbonded<A>(table: &Table<A>, until: Era) -> bool {
    let db = &table.instance.db;
    db.state().era >= until.saturating_add(db.params().unbonding_eras)
}

/// Takes out what an account unbonded from an operator in an era; whether that was all.
pub fn withdraw<A: Answers<Staking>>(
    table: &mut Table<A>,
    account: Agent,
    operator: Agent,
    until: Era,
) -> bool {
    let from = |at: &(Agent, Era, Era)| (at.0, at.2) == (operator, until);
    let unbondings = table.instance.db.unbondings.get(account);
    let all = unbondings.iter().filter(|(at, _)| from(at)).map(|(at, one)| (at.1, one.amount));
    let mut all: Vec<(Era, Balance)> = all.collect();
    all.retain(|(since, unbonds)| {
        let op = Op::Withdraw { account, operator, since: *since, until };
        let Some(Receipt::Paid(paid)) = table.call(account, 0, op) else { return true };
        lose(&mut table.board, operator, unbonds.saturating_sub(paid.amount), 0);
        false
    });
    all.is_empty()
}

/// What a bonder does with what it remembers, and what it remembers then.
#[inline(never)]
pub fn look<A: Answers<Staking>>(table: &mut Table<A>, at: usize, memory: Memory) -> Memory {
    let (who, plan) = (table.players[at].account, table.players[at].plan);
    match memory {
        Memory::Bonded(operator, _) if stirs(table, memory) && plan.variant != Variant::Loyal => {
            let until = unbond(table, who, operator);
            table.board.late_news |= until.is_none();
            until.map_or(memory, |until| Memory::Unbonding(operator, until))
        }
        Memory::Bonded(..) => memory,
        Memory::Unbonding(operator, until)
            if !has_unbonded(table, until) || !withdraw(table, who, operator, until) =>
        {
            memory
        }
        Memory::Several(place) => {
            let mut holdings = take(&mut table.board.holdings[place as usize]);
            holdings.iter_mut().for_each(|memory| *memory = look(table, at, *memory));
            holdings.retain(|memory| !matches!(memory, Memory::Idle));
            let left = holdings.is_empty();
            table.board.holdings[place as usize] = holdings;
            if left { Memory::Idle } else { memory }
        }
        _ => bond(table, at),
    }
}

/// Bonds all that a bonder has, in equal parts, to the active operators of its choice, as far as
/// they take it: to one that is drawn by chance, or to such as were never slashed. What it
/// remembers then.
pub fn bond<A: Answers<Staking>>(table: &mut Table<A>, at: usize) -> Memory {
    let (there, all) = (table.board.there, table.board.operators.len());
    let (variant, who) = (table.players[at].plan.variant, table.players[at].account);
    let one = |place: usize| place..place + 1;
    let places = match variant {
        Variant::Plain if all > 0 => one(table.pick(at, all)),
        Variant::Plain | Variant::Out => 0..0,
        Variant::With(number) => one(there + usize::from(number)),
        _ => 0..all,
    };
    let is_good = |at: &Agent| match (table.instance.db.pool(*at).status, variant) {
        // What it bonds may give a place to one that waits.
        (Status::Waiting, Variant::With(_)) | (Status::Active, Variant::Plain) => true,
        (status, _) => status == Status::Active && table.board.losses.read(*at).1 == 0,
    };
    let chosen = table.board.operators.get(places).unwrap_or_default();
    let chosen: Vec<Agent> = chosen.iter().copied().filter(is_good).collect();
    let spare = table.board.spare.get(at).copied().unwrap_or(0);
    let has = table.instance.ledger().wallets[who as usize].saturating_sub(spare);
    let (part, mut held) = (has / chosen.len().max(1) as Balance, Memory::Idle);
    for operator in chosen {
        if table.call(who, part, Op::Bond { operator }).is_some() {
            let slashes = table.board.losses.read(operator).1;
            held = remember(table, held, Memory::Bonded(operator, slashes));
        }
    }
    held
}
