//! What a mechanism's play says, and a play in progress.

use super::answers::Answers;
use super::closed_form::ClosedForm;
use super::endowment::Endowment;
use super::feedback::Feedback;
use super::measure::{Measure, difference};
use crate::exact::Rational;
use crate::model::{Agent, Instance, Messages, Model};
use crate::rows::Cell;
use crate::scenario::{Amounts, Invalid, Scenario, Terms};
use carrots_kernel::{Balance, Block};
use serde::de::{DeserializeOwned, Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt::{self, Debug};
use std::marker::PhantomData;

/// The strategies of a mechanism: written by [`strategies!`](crate::model).
pub trait Strategies: Copy + Ord + Send + Sync + DeserializeOwned + 'static {
    /// All of them.
    const ALL: &'static [Self];
    /// Their names in scenario files, and what they do, in the same order.
    const NAMES: &'static [(&'static str, &'static str)];

    /// The name in scenario files.
    fn name(self) -> &'static str {
        let at = Self::ALL.iter().position(|strategy| *strategy == self);
        at.map_or("", |at| Self::NAMES[at].0)
    }
}

/// Reads a strategy by its name.
pub fn read_strategy<'de, S: Strategies, D: Deserializer<'de>>(input: D) -> Result<S, D::Error> {
    struct Name<S>(PhantomData<S>);

    impl<S: Strategies> Visitor<'_> for Name<S> {
        type Value = S;

        fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
            out.write_str("the name of a strategy")
        }

        fn visit_str<E: Error>(self, name: &str) -> Result<S, E> {
            let known = S::ALL.iter().copied().find(|strategy| strategy.name() == name);
            known.ok_or_else(|| {
                let names: Vec<_> = S::NAMES.iter().map(|(name, _)| format!("`{name}`")).collect();
                E::custom(format!("unknown variant `{name}`, expected one of {}", names.join(", ")))
            })
        }
    }
    input.deserialize_str(Name(PhantomData))
}

/// Agents of one kind.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group<S> {
    /// What they do.
    pub strategy: S,
    /// How many there are.
    pub count: u32,
    /// What each has at the start.
    pub stake: Amounts,
}

/// The scenario of a play.
pub type ScenarioOf<P> = Scenario<
    <<P as Play>::Model as Model>::Params,
    <P as Play>::World,
    Group<<P as Play>::Strategy>,
    <P as Play>::Audit,
>;

/// A mechanism as it is played, in every engine: who takes part, what happens in which order, and
/// what each does by its plan. Whoever runs it answers the rest ([`Answers`]).
pub trait Play: Sized + Send + Sync + 'static {
    /// The mechanism.
    type Model: Model;
    /// What the rules do not know.
    type World: DeserializeOwned + Clone + Send + Sync;
    /// What agents do, by name.
    type Strategy: Strategies;
    /// What a scenario says of the part of it that is audited.
    type Audit: Copy + Default + DeserializeOwned + Send + Sync;
    /// What a player does from the start to the end: a strategy, or a variant of one.
    type Plan: Copy + Ord + Debug + Send + Sync;
    /// What a player knows and remembers.
    type Own: Clone + Default + Send + Sync;
    /// What everybody sees, and what the world keeps.
    type Board: Clone + Default + Send + Sync;

    /// What a run is measured by, beside what all are measured by: `welfare`, `budget`, `revenue`, `gini`.
    const METRICS: &'static [Measure];
    /// Whether what the world gives and takes is all that an outcome is worth: if so, welfare is measured.
    const WELFARE: bool = false;
    /// Who earns: the mechanism's owner.
    const OWNER: Option<Agent> = None;
    /// Amounts of the world that somebody pays in once, at the start.
    const ONCE: &'static [&'static str] = &[];
    /// Which of [`Self::others`] have something to do for everybody, and are trusted with it: they do only
    /// what they should. Those whom a scenario does not trust may call anything, and leave it undone.
    const TRUSTED: &'static [&'static str] = &[];
    /// What is called what a player alone knows, if it knows anything: a value, a weight.
    const KIND: &'static str = "";

    /// How many accounts an agent has.
    fn accounts(_strategy: Self::Strategy) -> u32 {
        1
    }
    /// What an agent needs at the start to take part at all, over all its accounts.
    fn least_stake(_params: &<Self::Model as Model>::Params, _strategy: Self::Strategy) -> Balance {
        0
    }
    /// The strategy of an account that is there already, if there is an obvious one.
    fn habit(instance: &Instance<Self::Model>, who: Agent) -> Option<Self::Strategy>;
    /// Says what was expected instead if that account cannot go on with a strategy of one account.
    fn fits(
        _instance: &Instance<Self::Model>,
        _who: Agent,
        _strategy: Self::Strategy,
    ) -> Result<(), &'static str> {
        Ok(())
    }
    /// Ends what is under way and cannot be joined, under the parameters that it began with, and
    /// pulls what is due. Nobody does anything else.
    fn conclude(instance: &mut Instance<Self::Model>);
    /// Says what is wrong with a scenario whose parameters, groups and run are sound by themselves:
    /// the key, and what was expected of it.
    fn check(scenario: &ScenarioOf<Self>) -> Result<(), Invalid>;
    /// Keys of a scenario, sound by itself, on which no run of it depends: what they are about is done
    /// by nobody in it.
    fn unused(_scenario: &ScenarioOf<Self>) -> Vec<&'static str> {
        Vec::new()
    }
    /// What somebody does who follows a strategy.
    fn plan(strategy: Self::Strategy) -> Self::Plan;
    /// The strategy of which a plan is a variant.
    fn strategy(plan: Self::Plan) -> Self::Strategy;

    /// The play of a scenario that is sound.
    fn new(scenario: &ScenarioOf<Self>) -> Self;
    /// What the accounts have that are before all players': those of roles first.
    fn wallets(&self) -> Vec<Balance>;
    /// Everyone who is endowed enters.
    fn enter<A: Answers<Self::Model>>(&self, table: &mut Table<Self, A>);
    /// Every player chooses once, and time passes.
    fn round<A: Answers<Self::Model>>(&self, table: &mut Table<Self, A>);
    /// Lets time pass until all is decided.
    fn finish<A: Answers<Self::Model>>(&self, _table: &mut Table<Self, A>) {}
    /// One number per metric, in the end or as if the play ended after a round: whole where tokens or
    /// things are counted.
    fn metrics<A>(&self, table: &Table<Self, A>) -> Vec<Cell>;
    /// What penalties took from a player.
    fn slashed<A>(&self, _table: &Table<Self, A>, _player: usize) -> Balance {
        0
    }

    /// The part of a scenario that is audited, as a scenario of its own: few players, all as
    /// intended, and everything that they do is enumerated.
    fn audited(scenario: &ScenarioOf<Self>) -> Result<ScenarioOf<Self>, Invalid>;
    /// What every account of a player has beside its stake where it is audited.
    fn spare(&self) -> Balance {
        0
    }
    /// Everyone takes out all that it can.
    fn leave<A: Answers<Self::Model>>(&self, table: &mut Table<Self, A>);
    /// Accounts with something at stake that no player has, by what they do.
    fn others(&self) -> Vec<Player>;
    /// What a player may know that others do not, each as likely: the values that stand for what
    /// [`Answers::draw`] draws.
    fn kinds(&self, _player: usize) -> Vec<Balance> {
        vec![0]
    }
    /// The plan that says in full what a plan comes to for a player of that kind, so that it is played
    /// in the same way whatever its player knows; nothing if it depends on that and on what others do.
    /// Two plans that come to the same are one option.
    fn fixed(&self, plan: Self::Plan, _player: usize, _kind: Balance) -> Option<Self::Plan> {
        Self::KIND.is_empty().then_some(plan)
    }
    /// What a player should do, in full, whose group of agents follows a strategy.
    fn intended(&self, _player: usize, strategy: Self::Strategy) -> Self::Plan {
        Self::plan(strategy)
    }
    /// Whether somebody in the place of a player can follow a strategy.
    fn suits(&self, _player: usize, _strategy: Self::Strategy) -> bool {
        true
    }
    /// Options beside the strategies; the first is preferred among those that come to the same.
    fn options(&self, player: usize) -> Vec<Self::Plan>;
    /// A plan in words.
    fn name(&self, plan: Self::Plan) -> String;
    /// Whether it is to stay out.
    fn is_out(&self, _plan: Self::Plan) -> bool {
        false
    }
    /// How many identities somebody shows with a plan.
    fn identities(&self, _plan: Self::Plan) -> u32 {
        1
    }
    /// Players with the same number are alike: the outcome depends on which of them follows which
    /// plan only through the order of those who follow the same, and they have the same kinds. A
    /// test compares the claim with full enumeration.
    fn class(&self, player: usize) -> usize {
        player
    }
    /// What an end is worth to whoever has these accounts and knows `kind`, beside tokens, by the
    /// records alone: what [`Answers::enjoy`] comes to in the same play.
    fn worth(
        &self,
        _accounts: &[Agent],
        _kind: Balance,
        _start: &Instance<Self::Model>,
        _end: &Instance<Self::Model>,
    ) -> i128 {
        0
    }
    /// What the mechanism keeps by its rules when everyone has taken out what it can.
    fn kept(&self, _end: &Instance<Self::Model>) -> Balance {
        0
    }
    /// What rounding by the rules can move from one account to another in a play, at most: a gain of
    /// no more is no attack.
    fn rounding(&self) -> Balance {
        0
    }
    /// What the world gives one of [`Self::others`], or takes from it, by its number.
    fn other_gains<A>(&self, _table: &Table<Self, A>, _seat: usize) -> i128 {
        0
    }
    /// What the end is worth to all who do not play, beside tokens.
    fn externality<A>(&self, _table: &Table<Self, A>) -> i128 {
        0
    }
    /// How a player is called.
    fn player_name(&self, player: usize) -> String;
    /// The most that all players and all others can have together, given what everyone knows: the
    /// benchmark of efficiency, computed without the rules.
    fn welfare_max(&self, _kinds: &[Balance]) -> Option<i128> {
        None
    }
    /// The most that the owner could earn from what was decided.
    fn revenue_max(&self, _plans: &[Self::Plan]) -> Option<Balance> {
        None
    }
    /// What the optimal mechanism expects to earn (Myerson 1981).
    fn revenue_optimal(&self) -> Option<Rational> {
        None
    }
    /// What a closed form says of a property, asked on these terms, where one is known for the parameters.
    fn closed_form(&self, _terms: &Terms) -> Option<ClosedForm> {
        None
    }
    /// What the mechanism steers to a target in a scenario, with everybody in it, and the shocks by which that
    /// is tried; nothing if it steers nothing.
    fn feedback(_scenario: &ScenarioOf<Self>) -> Option<Feedback<Self>> {
        None
    }
    /// Whether the outcome is the one that a briber, or whoever corrupts the system, wants.
    fn turned<A>(&self, _table: &Table<Self, A>) -> Option<bool> {
        None
    }
    /// What such an outsider asks for.
    fn corrupt(&self) -> Option<Self::Plan> {
        None
    }
}

/// A place at the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Player {
    /// Who has it.
    pub name: String,
    /// The accounts that are its own.
    pub accounts: Vec<Agent>,
}

/// Somebody who plays.
pub struct PlayerState<P: Play> {
    /// What it does.
    pub plan: P::Plan,
    /// The first of its accounts; the others follow.
    pub account: Agent,
    /// What it knows and remembers.
    pub own: P::Own,
}

impl<P: Play> Clone for PlayerState<P> {
    fn clone(&self) -> Self {
        Self { own: self.own.clone(), ..*self }
    }
}

/// A play in progress.
pub struct Table<P: Play, A> {
    /// The mechanism as it stands.
    pub instance: Instance<P::Model>,
    /// Everybody who plays: those who enter, then those who were there already.
    pub players: Vec<PlayerState<P>>,
    /// Their accounts with the world, apart from them.
    pub endowments: Vec<Endowment>,
    /// How many of them enter.
    pub entering: usize,
    /// The chances of the world.
    pub world: Endowment,
    /// What everybody sees, and what the world keeps.
    pub board: P::Board,
    /// Whoever runs it.
    pub answers: A,
}

impl<P: Play, A> Table<P, A> {
    /// What a player has and got, and what it had and paid.
    pub fn result(&self, player: usize) -> (Balance, Balance) {
        let PlayerState { plan, account, .. } = self.players[player];
        let accounts = account..account + P::accounts(P::strategy(plan));
        self.endowments[player].result(&self.instance, accounts)
    }

    /// What the world gave all players, less what it took.
    pub fn given(&self) -> f64 {
        let sum = |of: fn(&Endowment) -> Balance| self.endowments.iter().map(of).sum();
        difference(sum(|one| one.gains), sum(|one| one.costs))
    }
}

impl<P: Play, A: Answers<P::Model>> Table<P, A> {
    /// Calls a message; what is refused changes nothing.
    ///
    /// Always inlined: where the message is known, nothing of the others is left.
    #[inline(always)]
    pub fn call(&mut self, who: Agent, value: Balance, op: OpOf<P>) -> Option<ReceiptOf<P>> {
        self.answers.call(&mut self.instance, who, value, op)
    }

    /// Lets blocks pass.
    #[inline]
    pub fn advance(&mut self, blocks: Block) {
        self.answers.advance(&mut self.instance, blocks);
    }

    /// A player is about to look and to act.
    #[inline(always)]
    pub fn turn(&mut self, player: usize) {
        self.answers.turn(&mut self.instance, Some(player));
    }

    /// Whoever keeps the clock, or has a role, is about to act.
    #[inline(always)]
    pub fn turn_of_others(&mut self) {
        self.answers.turn(&mut self.instance, None);
    }

    /// Whether something of that chance happens to a player.
    #[inline]
    pub fn chance(&mut self, player: usize, chance: f64) -> bool {
        self.answers.chance(&mut self.endowments[player], chance)
    }

    /// One of `count` things is drawn by a player.
    #[inline]
    pub fn pick(&mut self, player: usize, count: usize) -> usize {
        self.answers.pick(&mut self.endowments[player], count)
    }

    /// A player does what it can to an account of its own: what its stake comes to over `parts`
    /// accounts in equal parts; the first has what is left over.
    #[inline]
    pub fn part(&self, player: usize, at: u32, parts: u32) -> Balance {
        let stake = self.endowments[player].stake;
        let part = stake / Balance::from(parts);
        if at == 0 { stake - part * Balance::from(parts - 1) } else { part }
    }
}

/// The messages of a play's mechanism.
pub type OpOf<P> = <<P as Play>::Model as Messages>::Op;
/// The receipts of a play's mechanism.
pub type ReceiptOf<P> = <<P as Play>::Model as Messages>::Receipt;

/// Declares the strategies of a mechanism with their names in scenario files; their docs are what
/// the catalogue says of them.
#[macro_export]
macro_rules! strategies {
    ($(#[doc = $about:literal] $strategy:ident = $name:literal,)*) => {
        /// What agents do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Strategy {
            $(#[doc = $about] $strategy,)*
        }

        impl $crate::serde::Serialize for Strategy {
            fn serialize<S: $crate::serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.serialize_str($crate::play::Strategies::name(*self))
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for Strategy {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(
                input: D,
            ) -> Result<Self, D::Error> {
                $crate::play::read_strategy(input)
            }
        }

        impl $crate::play::Strategies for Strategy {
            const ALL: &'static [Self] = &[$(Strategy::$strategy,)*];
            const NAMES: &'static [(&'static str, &'static str)] =
                &[$(($name, $about.trim_ascii()),)*];
        }
    };
}
