//! What is seen of staking, what the world keeps, and what a player remembers.

use super::menu::Game;
use carrots::model::{Agent, ByAgent};
use carrots::play::Learner;
use carrots_kernel::Balance;
use carrots_kernel::storage::Table as _;
use carrots_logic::staking::{Era, Offence, State};
use std::collections::BTreeSet;

/// What a player remembers from round to round.
#[derive(Clone, Copy, Debug, Default)]
pub enum Memory {
    /// Leaves once it has nothing bonded; the era in which it unbonded.
    Left(Option<Era>),
    /// With whom, and how often that operator had been slashed when it bonded.
    Bonded(Agent, u32),
    /// From whom, and until when it counted.
    Unbonding(Agent, Era),
    /// With several operators at once; the place among holdings.
    Several(u32),
    /// Nothing that it needs: it has nothing bonded, or always does the same.
    #[default]
    Idle,
    /// In which place its lessons are.
    Learning(u32),
}

/// An offence, as it is reported: whose, and in which era.
pub type Noticed = (Agent, Era, Offence);

/// What is seen, and what the world keeps.
#[derive(Clone, Default)]
pub struct Board {
    /// The era in progress.
    pub(super) era: Era,
    /// Where it is audited: the players in the order of their turns, and what the account of each
    /// has beside its stake.
    pub(super) order: Vec<usize>,
    pub(super) spare: Vec<Balance>,
    /// The turns of those who act though there is no news: all but bonders who are content.
    pub(super) acting: Vec<usize>,
    /// Everyone who ever registered; those who were there already come first, so many.
    pub(super) operators: Vec<Agent>,
    pub(super) there: usize,
    /// What was bonded to each of them when everybody had entered; how it all stood then, and when
    /// the last round was over.
    pub(super) stakes: Vec<Balance>,
    pub(super) start: State,
    pub(super) end: Option<State>,
    /// What all stake bonded to an account lost, and how often.
    pub(super) losses: ByAgent<(Balance, u32)>,
    pub(super) lessons: Vec<Learner<3>>,
    /// What bonders with several operators remember of each.
    pub(super) holdings: Vec<Vec<Memory>>,
    /// Who left in the first era, and withdraws before anybody else can call anything.
    pub(super) fugitives: Vec<usize>,
    /// Whether any operator was slashed or retired since all bonders looked: else none need look.
    pub(super) news: bool,
    /// The same for what only some of them can have seen in this round.
    pub(super) late_news: bool,
    pub(super) noticed: Vec<Noticed>,
    /// Where reports may be false: what was done, and what was reported before. The rest is cancelled.
    pub(super) committed: BTreeSet<Noticed>,
    pub(super) duties: u64,
    pub(super) done: u64,
    pub(super) offences: u64,
    pub(super) reports: u64,
    pub(super) rewards: Balance,
    pub(super) slashed: Balance,
}

pub type Table<A> = carrots::play::Table<Game, A>;

/// Stake bonded to an operator was slashed.
pub fn lose(board: &mut Board, operator: Agent, amount: Balance, times: u32) {
    board.slashed += amount;
    let (lost, before) = board.losses.read(operator);
    board.losses.write(operator, (lost + amount, before + times));
}
