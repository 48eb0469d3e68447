//! A mechanism as a game whose every outcome can be computed.
//!
//! A mechanism's [`Stage`] says who plays, what is private, what can be decided and what the end is
//! worth. What is decided is open while it plays: [`Stage::play`] is written straight on and asks a
//! [`Course`] for every decision and every chance move. Whoever runs it answers, and by running it
//! with other answers sees every outcome, with the real rules at every step: a strategic form, a
//! tree, an expectation. (Systematic exploration by running again: Godefroid, VeriSoft, 1997.)

use crate::games::exact::Rational;
use crate::models::{Agent, Instance, Messages, Model};
use crate::state::State;
use crate::trace::{Amount, Step, Trace};
use carrots_logic::{Balance, Block};
use num_integer::Integer;
use std::collections::BTreeMap;

/// The most tokens of all agents: payoffs, and sums of a few thousand of them, are `i128`.
pub const TOKENS_MAX: Balance = 1 << 112;

/// A mechanism as a game form, and what its players make of the end.
pub trait Stage: Sync {
    /// The mechanism.
    type Model: Model;

    /// Who plays.
    fn players(&self) -> Vec<Seat>;

    /// The types that a player can be of: what it alone knows, such as a value. Types are drawn
    /// independently. At least one.
    fn types(&self, _player: usize) -> Vec<Type> {
        vec![Type { name: String::new(), weight: 1 }]
    }

    /// The parameters of the mechanism. They are sound.
    fn params(&self) -> <Self::Model as Model>::Params;

    /// What every account has at the start, roles first: at most [`TOKENS_MAX`] together.
    fn wallets(&self) -> Vec<Balance>;

    /// The state that the game starts from, in which nobody has entered; else it starts in the
    /// mechanism's first block. Who is there already does nothing.
    fn state(&self) -> Option<&State> {
        None
    }

    /// Plays from the first call to an end at which all that is due can be pulled. Types change
    /// nothing but decisions.
    fn play(&self, course: &mut Course<Self::Model>);

    /// How many calls at the start of a play nobody comes before: what is there when players decide.
    fn prelude(&self) -> usize {
        0
    }

    /// What the end is worth to a player of the type with that number, beside tokens and what
    /// [`Course::gain`] counted: a value in the smallest unit.
    fn worth(&self, _player: usize, _kind: usize, _end: &Instance<Self::Model>) -> i128 {
        0
    }

    /// What the end is worth to all who do not play, beside tokens: a value in the smallest unit.
    fn others(&self, _end: &Instance<Self::Model>) -> i128 {
        0
    }

    /// Whether players are alike: the outcome depends on who decided what only through the order
    /// of those who decided the same, and all have the same types. A test compares the claim with
    /// full enumeration.
    fn alike(&self) -> bool {
        false
    }

    /// The option of a player's first decision that is to stay out.
    fn out(&self, _player: usize) -> Option<usize> {
        None
    }

    /// How many identities a player shows by an option of its first decision.
    fn identities(&self, _player: usize, _option: usize) -> u32 {
        1
    }

    /// The most that all players and all others can have together, given everyone's type: the
    /// benchmark of efficiency, computed without the rules.
    fn welfare_max(&self, _types: &[usize]) -> Option<i128> {
        None
    }

    /// What the mechanism's owner earns.
    fn revenue(&self, _end: &Instance<Self::Model>) -> Option<Balance> {
        None
    }

    /// The most that it could earn from what was decided.
    fn revenue_max(&self, _decided: &[usize]) -> Option<Balance> {
        None
    }

    /// What the optimal mechanism expects to earn from these types (Myerson 1981).
    fn revenue_optimal(&self) -> Option<Rational> {
        None
    }

    /// Whether the outcome is the one that a briber, or whoever corrupts the system, wants.
    fn turned(&self, _end: &Instance<Self::Model>) -> Option<bool> {
        None
    }

    /// The option that such an outsider asks for.
    fn corrupt(&self, _player: usize) -> Option<usize> {
        None
    }
}

/// A player's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Its name.
    pub name: String,
    /// The accounts that are its own.
    pub accounts: Vec<Agent>,
}

/// What a player can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// Its name.
    pub name: String,
    /// How likely it is, in proportion to the other types of the player.
    pub weight: u64,
}

/// A decision that is asked for.
pub struct Decision<'a> {
    /// Whose.
    pub player: usize,
    /// What it is about.
    pub about: &'static str,
    /// What the player knows beside its type and what it decided before, as a number.
    pub sees: u64,
    /// How many options there are.
    pub options: usize,
    /// What the intended behaviour chooses, by the number of the player's type.
    pub intended: &'a dyn Fn(usize) -> usize,
    /// The name of an option.
    pub name: &'a dyn Fn(usize) -> String,
}

/// Who answers.
pub trait Decider {
    /// The option that is chosen.
    fn decide(&mut self, decision: &Decision) -> usize;
    /// What happens by chance, with these odds.
    fn happen(&mut self, odds: &[u64]) -> usize;
}

/// A play in progress.
pub struct Course<'a, M: Model> {
    /// The mechanism as it stands.
    pub instance: Instance<M>,
    decider: &'a mut dyn Decider,
    gains: Vec<i128>,
    steps: Option<Vec<Step<M::Op>>>,
    /// If it is watched: what the mechanism lacked at worst to what it owed.
    lacked: Option<Balance>,
    /// By player, how many steps were written down when it did what it cannot take back.
    committed: Vec<Option<usize>>,
}

impl<'a, M: Model> Course<'a, M> {
    /// A play from `start` among so many players.
    pub fn new(start: Instance<M>, players: usize, decider: &'a mut dyn Decider) -> Self {
        let (gains, committed) = (vec![0; players], vec![None; players]);
        Self { instance: start, decider, gains, steps: None, lacked: None, committed }
    }

    /// The same, and every call is written down.
    pub fn recorded(self) -> Self {
        Self { steps: Some(Vec::new()), ..self }
    }

    /// The same, and after every call it is seen whether the mechanism holds what it owes.
    pub fn watched(self) -> Self {
        Self { lacked: Some(0), ..self }
    }

    /// What the mechanism lacked at worst to what it owed, if that was watched.
    pub fn lacked(&self) -> Balance {
        self.lacked.unwrap_or(0)
    }

    /// Calls a message; what is refused changes nothing.
    #[inline(always)]
    pub fn call(&mut self, who: Agent, value: Balance, op: M::Op) -> Option<M::Receipt> {
        if let Some(steps) = &mut self.steps {
            steps.push(Step::Call { who, value, op, expect: None });
        }
        let receipt = self.instance.apply(who, value, op).ok();
        if let Some(lacked) = &mut self.lacked {
            let owed = self.instance.db.owed();
            *lacked = owed.saturating_sub(self.instance.ledger().held).max(*lacked);
        }
        receipt
    }

    /// Lets blocks pass.
    pub fn advance(&mut self, blocks: Block) {
        if let Some(steps) = &mut self.steps {
            steps.push(Step::Blocks(blocks));
        }
        self.instance.advance(blocks);
    }

    /// Asks a player to decide: the number of an option.
    pub fn choose(&mut self, decision: Decision) -> usize {
        self.decider.decide(&decision)
    }

    /// What happens by chance, with these odds, of which one is not zero.
    pub fn happen(&mut self, odds: &[u64]) -> usize {
        self.decider.happen(odds)
    }

    /// The world gives a player something, or takes it.
    pub fn gain(&mut self, player: usize, amount: i128) {
        self.gains[player] += amount;
    }

    /// What the world gave every player so far.
    pub fn gains(&self) -> &[i128] {
        &self.gains
    }

    /// A player does what it cannot take back: an offence. The first one counts.
    pub fn commit(&mut self, player: usize) {
        let steps = self.steps.as_ref().map_or(0, Vec::len);
        self.committed[player].get_or_insert(steps);
    }

    /// How many steps were written down when a player did what it cannot take back.
    pub fn committed(&self, player: usize) -> Option<usize> {
        self.committed[player]
    }

    /// What was called, if it was written down.
    pub fn into_steps(self) -> Vec<Step<M::Op>> {
        self.steps.unwrap_or_default()
    }
}

/// A player's payoff at the end, if it is of type `kind`: tokens that it has or can still take out
/// beyond those of the start, what the world gave it, and what the end is worth to it.
pub fn payoff<S: Stage>(
    stage: &S,
    seat: &Seat,
    player: usize,
    kind: usize,
    start: &Instance<S::Model>,
    end: &Course<S::Model>,
) -> i128 {
    tokens(&seat.accounts, start, &end.instance)
        + end.gains[player]
        + stage.worth(player, kind, &end.instance)
}

/// What accounts have won since the start, what they can still take out included.
pub fn tokens<M: Model>(accounts: &[Agent], start: &Instance<M>, end: &Instance<M>) -> i128 {
    let change = |who: &Agent| end.wealth(*who) as i128 - start.wealth(*who) as i128;
    accounts.iter().map(change).sum()
}

/// The mechanism before anybody called anything: in its first block, or in the stage's state, with
/// those who are there already behind the stage's accounts.
pub fn start<S: Stage>(stage: &S) -> Instance<S::Model> {
    let wallets = stage.wallets();
    match stage.state() {
        None => Instance::new(stage.params(), wallets, 1).expect("the parameters are sound"),
        Some(state) => {
            let state = state.entered::<S::Model>(&wallets);
            let mut start = Instance::restore(&state).expect("the state is sound");
            start.set_params(stage.params()).expect("the parameters are sound");
            start
        }
    }
}

/// What was called since the start, as a trace.
pub fn trace<S: Stage>(
    stage: &S,
    start: &Instance<S::Model>,
    steps: Vec<Step<<S::Model as Messages>::Op>>,
) -> Trace<S::Model> {
    let wallets = start.ledger().wallets.iter().copied().map(Amount).collect();
    let (wallets, state) = match stage.state() {
        None => (wallets, None),
        Some(_) => (vec![], Some(start.state())),
    };
    let mechanism = S::Model::NAME.into();
    Trace { mechanism, params: stage.params(), wallets, state, steps, ends: BTreeMap::new() }
}

/// Answers as intended for the players' types, but for players whose first decision is given.
///
/// Chance moves are met branch by branch: see [`Self::next_branch`].
#[derive(Clone, Debug)]
pub struct Answers<'a> {
    types: &'a [usize],
    given: &'a [Option<usize>],
    /// Who decided already in this play.
    decided: Vec<bool>,
    /// The chance moves of this play in their order: the odds, and the branch that is taken.
    chance: Vec<(Vec<u64>, usize)>,
    /// How many of them were met in this play.
    met: usize,
}

impl<'a> Answers<'a> {
    /// Everyone as intended, by the number of everyone's type, but for what is `given` by player.
    /// The first play takes the first branch of every chance move that is possible.
    pub fn new(types: &'a [usize], given: &'a [Option<usize>]) -> Self {
        Self { types, given, decided: vec![false; types.len()], chance: Vec::new(), met: 0 }
    }

    /// The odds of the last play: the product of those of its branches, and of all. What does not
    /// fit is the greatest number that does.
    pub fn odds(&self) -> (u128, u128) {
        let branch = |(odds, taken): &(Vec<u64>, usize)| {
            let (one, all) = (u128::from(odds[*taken]), odds.iter().copied().map(u128::from).sum());
            let common = one.gcd(&all);
            (one / common, all / common)
        };
        let times = |(one, all): (u128, u128), (odds, sum)| {
            (one.saturating_mul(odds), all.saturating_mul(sum))
        };
        self.chance.iter().map(branch).fold((1, 1), times)
    }

    /// Prepares the next play, which takes the next combination of branches; false if there is none.
    pub fn next_branch(&mut self) -> bool {
        self.decided.fill(false);
        self.met = 0;
        while let Some((odds, taken)) = self.chance.last_mut() {
            if let Some(next) = (*taken + 1..odds.len()).find(|branch| odds[*branch] > 0) {
                *taken = next;
                return true;
            }
            self.chance.pop();
        }
        false
    }
}

impl Decider for Answers<'_> {
    fn decide(&mut self, decision: &Decision) -> usize {
        let player = decision.player;
        match self.given[player] {
            Some(option) if !std::mem::replace(&mut self.decided[player], true) => option,
            _ => (decision.intended)(self.types[player]),
        }
    }

    fn happen(&mut self, odds: &[u64]) -> usize {
        if self.met == self.chance.len() {
            let first = odds.iter().position(|odds| *odds > 0).unwrap_or(0);
            self.chance.push((odds.to_vec(), first));
        }
        self.met += 1;
        self.chance[self.met - 1].1
    }
}

/// Plays once and gives the course at its end.
pub fn run<'a, S: Stage>(
    stage: &S,
    start: &Instance<S::Model>,
    decider: &'a mut dyn Decider,
) -> Course<'a, S::Model> {
    let mut course = Course::new(start.clone(), stage.players().len(), decider);
    stage.play(&mut course);
    course
}
