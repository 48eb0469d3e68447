//! A scenario as a game whose every outcome can be computed.
//!
//! What is played is the mechanism's [`Play`], the same as the simulator's. Every player chooses one
//! of its options before anything else: each strategy, and what the play offers beside them. Chance,
//! and what players decide on the way where that is asked, are answered by a [`Decider`], and by
//! running it with other answers every outcome is seen, with the real rules at every step: a
//! strategic form, a tree, an expectation. (Systematic exploration by running again: Godefroid,
//! VeriSoft, 1997.)

use crate::exact;
use crate::model::{Agent, Amount, Instance, Model, Step};
use crate::play::{
    Answers as Asks, Dice, Endowment, OpOf, Play, Player, PlayerState, ScenarioOf, Strategies,
    Table,
};
use crate::random::stream;
use crate::scenario::{Amounts, Invalid};
use crate::trace::Trace;
use carrots_kernel::{Balance, Block};
use num_integer::Integer;
use num_traits::ToPrimitive;
use std::collections::BTreeMap;
use std::ops::Range;

/// The most tokens of all agents: payoffs, and sums of a few thousand of them, are `i128`.
pub const TOKENS_MAX: Balance = 1 << 112;

/// How many accounts there are that nobody has.
const SPARES: Agent = 2;

/// What a player can choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice<P> {
    /// What it does.
    pub plan: P,
    /// As which of its types, by number; zero if that makes no difference.
    pub kind: usize,
    /// Whether it depends on what others do.
    pub reacts: bool,
}

/// What a player can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// Its name.
    pub name: String,
    /// How likely it is, in proportion to the other types of the player.
    pub weight: u64,
}

/// A scenario that is audited.
pub struct Scene<P: Play> {
    /// What is played.
    pub play: P,
    /// The scenario of it.
    pub scenario: ScenarioOf<P>,
    /// The players, with their accounts.
    pub players: Vec<Player>,
    /// Who has a role or something at stake, too, and no options: what it calls on its own is looked at
    /// unless it is trusted.
    pub others: Vec<Player>,
    /// The strategy that the scenario gives each player.
    strategies: Vec<P::Strategy>,
    /// The types that each player can be of.
    pub kinds: Vec<Vec<Type>>,
    /// What their types are, as numbers.
    values: Vec<Vec<Balance>>,
    /// What each player can choose.
    pub options: Vec<Vec<Choice<P::Plan>>>,
    /// What it should choose, by player and type: the place of an option.
    pub intended: Vec<Vec<usize>>,
    /// Strategies that nobody can choose here.
    pub left_out: Vec<&'static str>,
    /// Accounts that nobody has, with tokens: those of a newcomer, or spare ones of a player's.
    pub spares: Range<Agent>,
    /// Everybody is endowed, and nobody has entered.
    initial: Initial<P>,
}

/// A table at which nobody has entered yet.
struct Initial<P: Play> {
    instance: Instance<P::Model>,
    players: Vec<PlayerState<P>>,
    endowments: Vec<Endowment>,
    entering: usize,
    world: Endowment,
}

impl<P: Play> Scene<P> {
    /// The game of a scenario whose other parts are sound.
    pub fn new(scenario: &ScenarioOf<P>) -> Result<Self, Invalid> {
        let scenario = P::audited(scenario)?;
        let play = P::new(&scenario);
        let groups = scenario.agents.iter();
        let entering: Vec<P::Strategy> = groups
            .flat_map(|group| std::iter::repeat_n(group.strategy, group.count as usize))
            .collect();
        let there: Vec<P::Strategy> =
            scenario.incumbents().into_iter().map(|(_, strategy)| strategy).collect();
        let strategies = [&entering[..], &there].concat();
        let values: Vec<_> = (0..strategies.len()).map(|player| play.kinds(player)).collect();
        let (mut options, mut intended) = (Vec::new(), Vec::new());
        for (player, strategy) in strategies.iter().enumerate() {
            let (all, own) = offer(&play, player, *strategy, &values[player]);
            options.push(all);
            intended.push(own);
        }
        let chosen = |strategy: &&P::Strategy| {
            let suits = |at: usize| play.suits(at, **strategy) || strategies[at] == **strategy;
            !(0..values.len()).any(suits)
        };
        let left_out = P::Strategy::ALL.iter().filter(chosen).map(|one| one.name()).collect();
        let accounts = |player: usize| {
            let of = |choice: &Choice<P::Plan>| accounts_of(&play, choice.plan);
            options[player].iter().map(of).max().unwrap_or(1)
        };
        let mut wallets = play.wallets();
        let mut dealt = Vec::new();
        for group in &scenario.agents {
            for _ in 0..group.count {
                let stake = group.stake.max();
                let endowment = Endowment { rng: stream(0, 0, 0), stake, gains: 0, costs: 0 };
                dealt.push((group.strategy, wallets.len() as Agent, endowment));
                // Every account has what the first has: tokens that nobody needs change nothing.
                let accounts = accounts(dealt.len() - 1) as usize;
                wallets.extend(std::iter::repeat_n(stake + play.spare(), accounts));
            }
        }
        let richest = dealt.iter().map(|(_, _, endowment)| endowment.stake).max().unwrap_or(0);
        let spares = wallets.len() as Agent..wallets.len() as Agent + SPARES;
        wallets.extend(spares.clone().map(|_| richest + play.spare()));
        let table = Table::seated(&scenario, wallets, dealt, 0, 0);
        let seat = |(at, player): (usize, &PlayerState<P>)| {
            let accounts = if at < entering.len() { accounts(at) } else { 1 };
            let name = play.player_name(at);
            Player { name, accounts: (player.account..player.account + accounts).collect() }
        };
        let named = |value: &Balance| Type {
            name: if P::KIND.is_empty() { String::new() } else { format!("{} {value}", P::KIND) },
            weight: 1,
        };
        Ok(Self {
            players: table.players.iter().enumerate().map(seat).collect(),
            others: play.others(),
            kinds: values.iter().map(|all| all.iter().map(named).collect()).collect(),
            values,
            strategies,
            options,
            intended,
            spares,
            left_out,
            initial: Initial {
                instance: table.instance,
                players: table.players,
                endowments: table.endowments,
                entering: table.entering,
                world: table.world,
            },
            play,
            scenario,
        })
    }

    /// Who has a role and is trusted with it: names of [`Self::others`].
    pub fn trusted(&self) -> Vec<&str> {
        match &self.scenario.intended.trusted {
            Some(names) => names.iter().map(String::as_str).collect(),
            None => P::TRUSTED.to_vec(),
        }
    }

    /// The mechanism before anybody called anything.
    pub fn start(&self) -> &Instance<P::Model> {
        &self.initial.instance
    }

    /// An amount in tokens.
    pub fn show(&self, amount: &exact::Rational) -> String {
        self.scenario.token.show_exact(amount)
    }

    /// Who has an account.
    pub fn player_of(&self, account: Agent) -> Option<&Player> {
        let mut seats = self.players.iter().chain(&self.others);
        seats.find(|seat| seat.accounts.contains(&account))
    }

    /// Whose an account is, in words.
    pub fn account_name(&self, account: Agent) -> String {
        match self.player_of(account) {
            Some(seat) if seat.accounts[0] == account => seat.name.clone(),
            Some(seat) => format!("{}, from account {account}", seat.name),
            None => format!("account {account}"),
        }
    }

    /// An option in words.
    pub fn name(&self, player: usize, option: usize) -> String {
        let Choice { plan, kind, reacts } = self.options[player][option];
        let name = self.play.name(plan);
        match reacts && self.kinds[player].len() > 1 {
            true => format!("{name} as {}", self.kinds[player][kind].name),
            false => name,
        }
    }

    /// The names of a player's options.
    pub fn names(&self, player: usize) -> Vec<String> {
        (0..self.options[player].len()).map(|option| self.name(player, option)).collect()
    }

    /// The first option of a player for which that holds.
    pub fn find(&self, player: usize, is: impl Fn(P::Plan) -> bool) -> Option<usize> {
        self.options[player].iter().position(|choice| is(choice.plan))
    }

    /// The strategy that the scenario gives a player.
    pub fn follows(&self, player: usize) -> P::Strategy {
        self.strategies[player]
    }

    /// The option that following a strategy is for a player of that type.
    pub fn option_of(&self, player: usize, strategy: P::Strategy, kind: usize) -> Option<usize> {
        if strategy == self.strategies[player] {
            return Some(self.intended[player][kind]);
        }
        let plan = P::plan(strategy);
        let choice = choice(&self.play, player, plan, kind, self.values[player][kind]);
        self.options[player].iter().position(|one| *one == choice)
    }

    /// What stands for more that could be drawn, in words, as the first play of what is intended shows;
    /// nothing if it asks for nothing of that kind.
    pub fn grid(&self) -> Option<String> {
        let (types, given) = (vec![0; self.players.len()], vec![None; self.players.len()]);
        let mut answers = Answers::new(&types, &given);
        let end = self.play(History::new(&mut answers));
        let near = (end.answers.near)
            .then_some("the least, the middle and the greatest stand for a number near another");
        let lots = end.answers.lots.then_some("one seed stands for all by which lots are drawn");
        let all: Vec<&str> = near.into_iter().chain(lots).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }

    /// What a player's type is as a number.
    pub fn value(&self, player: usize, kind: usize) -> Balance {
        self.values[player][kind]
    }

    /// Plays once: everybody chooses, and everything happens as the history's decider says. In the
    /// end everyone takes out what it can.
    pub fn play<'a>(&'a self, history: History<'a, P::Model>) -> Table<P, History<'a, P::Model>> {
        self.play_with(history, |history| history)
    }

    /// The same for whoever answers by a history and more.
    pub fn play_with<'a, A: Asks<P::Model>>(
        &'a self,
        answers: A,
        history: impl Fn(&mut A) -> &mut History<'a, P::Model>,
    ) -> Table<P, A> {
        self.play_from(answers, None, history)
    }

    /// The same, but a player may play from another account.
    pub fn play_from<'a, A: Asks<P::Model>>(
        &'a self,
        answers: A,
        from: Option<(usize, Agent)>,
        history: impl Fn(&mut A) -> &mut History<'a, P::Model>,
    ) -> Table<P, A> {
        let mut table = self.table(answers);
        if let Some((player, account)) = from {
            table.players[player].account = account;
        }
        let asked = history(&mut table.answers);
        asked.values = &self.values;
        asked.worths = self.values.iter().map(|all| vec![0; all.len()]).collect();
        for (player, options) in self.options.iter().enumerate() {
            // Where decisions on the way are asked, plans that take them by themselves are not.
            let steady = |option: &usize| !options[*option].reacts;
            let steady: Option<Vec<usize>> =
                asked.asks.then(|| (0..options.len()).filter(steady).collect());
            let option_of = |place: usize| steady.as_ref().map_or(place, |steady| steady[place]);
            let place_of = |kind: usize| {
                let own = self.intended[player][kind];
                let place = |all: &Vec<usize>| all.iter().position(|option| *option == own);
                steady.as_ref().map_or(own, |steady| place(steady).unwrap_or(0))
            };
            let option = option_of(asked.decider.decide(&Decision {
                player,
                about: "plan",
                sees: 0,
                options: steady.as_ref().map_or(options.len(), Vec::len),
                intended: &place_of,
                name: &|place| self.name(player, option_of(place)),
            }));
            table.players[player].plan = options[option].plan;
            asked.as_kinds.push(options[option].kind);
        }
        self.through(&mut table);
        table
    }

    /// Plays once as the simulator does, which draws everybody's type and all that chance does. All do
    /// as intended but one player, who follows a strategy. Gives that player's payoff.
    pub fn sample(&self, player: usize, strategy: P::Strategy, seed: u64, run: u64) -> i128 {
        let mut table = self.table(Dice);
        for (at, given) in self.strategies.iter().enumerate() {
            table.endowments[at].rng = stream(seed, run, at as u64);
            table.players[at].plan = match at == player && strategy != *given {
                true => P::plan(strategy),
                false => self.play.intended(at, *given),
            };
        }
        table.world.rng = stream(seed, run, u64::MAX);
        self.through(&mut table);
        let Endowment { gains, costs, .. } = table.endowments[player];
        self.tokens(player, &table.instance) + gains as i128 - costs as i128
    }

    fn table<A>(&self, answers: A) -> Table<P, A> {
        let Initial { instance, players, endowments, entering, world } = &self.initial;
        Table {
            instance: instance.clone(),
            players: players.clone(),
            endowments: endowments.clone(),
            entering: *entering,
            world: world.clone(),
            board: P::Board::default(),
            answers,
        }
    }

    /// From the start to the end, when everyone has taken out what it can.
    fn through<A: Asks<P::Model>>(&self, table: &mut Table<P, A>) {
        self.play.enter(table);
        for _ in 0..self.scenario.run.horizon {
            self.play.round(table);
        }
        self.play.finish(table);
        table.answers.leave();
        self.play.leave(table);
    }

    /// What a player's accounts have more than at the start, when all took out what they could.
    pub fn tokens(&self, player: usize, end: &Instance<P::Model>) -> i128 {
        self.wallets_of(&self.players[player].accounts, end)
    }

    /// What accounts have in their wallets more than at the start.
    pub fn wallets_of(&self, accounts: &[Agent], end: &Instance<P::Model>) -> i128 {
        let has = |who: &Agent| end.ledger().wallets[*who as usize] as i128;
        let had = |who: &Agent| self.initial.instance.wealth(*who) as i128;
        accounts.iter().map(|who| has(who) - had(who)).sum()
    }

    /// What accounts of no player have more than at the start.
    pub fn tokens_of(&self, accounts: &[Agent], end: &Instance<P::Model>) -> i128 {
        let change =
            |who: &Agent| end.wealth(*who) as i128 - self.initial.instance.wealth(*who) as i128;
        accounts.iter().map(change).sum()
    }

    /// What each seat of others has more than at the start, with what the end is worth to it.
    pub fn others_have<A>(&self, end: &Table<P, A>) -> Vec<i128> {
        let of = |(seat, Player { accounts, .. }): (usize, &Player)| {
            self.tokens_of(accounts, &end.instance) + self.play.other_gains(end, seat)
        };
        self.others.iter().enumerate().map(of).collect()
    }

    /// A player's payoff at the end, if it is of type `kind`: tokens that it has more than at the
    /// start, what the world gave and took, and what the end is worth to it.
    pub fn payoff(&self, player: usize, kind: usize, end: &Table<P, History<P::Model>>) -> i128 {
        self.tokens(player, &end.instance) + self.gains(player, kind, end)
    }

    /// What of a payoff is no tokens.
    pub fn gains(&self, player: usize, kind: usize, end: &Table<P, History<P::Model>>) -> i128 {
        self.gains_of(player, kind, &end.endowments[player], &end.answers)
    }

    /// The same from what the world gave it and took, and a history.
    pub fn gains_of(
        &self,
        player: usize,
        kind: usize,
        endowment: &Endowment,
        history: &History<P::Model>,
    ) -> i128 {
        endowment.gains as i128 - endowment.costs as i128 + history.worths[player][kind]
    }

    /// What an end that no play came to is worth to a player of type `kind` beside tokens.
    pub fn worth(&self, player: usize, kind: usize, end: &Instance<P::Model>) -> i128 {
        let Player { accounts, .. } = &self.players[player];
        self.play.worth(accounts, self.values[player][kind], &self.initial.instance, end)
    }

    /// What was called since the start, as a trace.
    pub fn trace(&self, start: &Instance<P::Model>, steps: Vec<Step<OpOf<P>>>) -> Trace<P::Model> {
        let wallets = start.ledger().wallets.iter().copied().map(Amount).collect();
        let (wallets, state) = match &self.scenario.state {
            None => (wallets, None),
            Some(_) => (vec![], Some(start.state())),
        };
        let mechanism = P::Model::NAME.into();
        let params = self.scenario.params;
        Trace { mechanism, params, wallets, state, steps, ends: BTreeMap::new() }
    }
}

/// How many accounts a plan needs.
pub fn accounts_of<P: Play>(play: &P, plan: P::Plan) -> u32 {
    P::accounts(P::strategy(plan)).max(play.identities(plan))
}

/// A plan as a choice of a player of some type.
fn choice<P: Play>(
    play: &P,
    player: usize,
    plan: P::Plan,
    kind: usize,
    value: Balance,
) -> Choice<P::Plan> {
    match play.fixed(plan, player, value) {
        Some(plan) => Choice { plan, kind: 0, reacts: false },
        None => Choice { plan, kind, reacts: true },
    }
}

/// What a player can choose, and what it should by its type.
fn offer<P: Play>(
    play: &P,
    player: usize,
    intended: P::Strategy,
    values: &[Balance],
) -> (Vec<Choice<P::Plan>>, Vec<usize>) {
    let mut all: Vec<Choice<P::Plan>> = Vec::new();
    let mut add = |plan: P::Plan, kind: usize| {
        let choice = choice(play, player, plan, kind, values[kind]);
        all.iter().position(|one| *one == choice).unwrap_or_else(|| {
            all.push(choice);
            all.len() - 1
        })
    };
    for plan in play.options(player) {
        (0..values.len()).for_each(|kind| _ = add(plan, kind));
    }
    let own = (0..values.len()).map(|kind| add(play.intended(player, intended), kind)).collect();
    for strategy in P::Strategy::ALL.iter().filter(|one| play.suits(player, **one)) {
        (0..values.len()).for_each(|kind| _ = add(P::plan(*strategy), kind));
    }
    (all, own)
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

/// Whoever enumerates a play: asks a decider, and writes down what is asked for.
pub struct History<'a, M: Model> {
    decider: &'a mut dyn Decider,
    /// What everybody's types are, and as which of them it plays.
    values: &'a [Vec<Balance>],
    as_kinds: Vec<usize>,
    /// Whether players decide on the way instead of following their plans.
    asks: bool,
    /// What the end is worth to every player, by its type.
    worths: Vec<Vec<i128>>,
    steps: Option<Vec<Step<M::Op>>>,
    /// If it is watched: what the mechanism shortfall at worst to what it owed.
    shortfall: Option<Balance>,
    /// By player, how many steps were written down when it did what it cannot take back.
    committed: BTreeMap<usize, usize>,
    /// How many steps were written down when everyone began to take out what it could.
    left: usize,
    /// Whether three numbers stood for one that is drawn near another, and one seed for all.
    near: bool,
    lots: bool,
}

impl<'a, M: Model> History<'a, M> {
    /// Everything is asked of a decider.
    pub fn new(decider: &'a mut dyn Decider) -> Self {
        Self {
            decider,
            values: &[],
            as_kinds: Vec::new(),
            asks: false,
            worths: Vec::new(),
            steps: None,
            shortfall: None,
            committed: BTreeMap::new(),
            left: 0,
            near: false,
            lots: false,
        }
    }

    /// The same, and every call is written down.
    pub fn recorded(self) -> Self {
        Self { steps: Some(Vec::new()), ..self }
    }

    /// The same, and after every call it is seen whether the mechanism holds what it owes.
    pub fn watched(self) -> Self {
        Self { shortfall: Some(0), ..self }
    }

    /// The same, and what players can decide on the way is asked.
    pub fn asking(self) -> Self {
        Self { asks: true, ..self }
    }

    /// What the mechanism shortfall at worst to what it owed, if that was watched.
    pub fn shortfall(&self) -> Balance {
        self.shortfall.unwrap_or(0)
    }

    /// How many steps were written down when a player did what it cannot take back.
    pub fn committed(&self, player: usize) -> Option<usize> {
        self.committed.get(&player).copied()
    }

    /// How many steps were written down when everyone began to take out what it could.
    pub fn left(&self) -> usize {
        self.left
    }

    /// What was called, if it was written down.
    pub fn into_steps(self) -> Vec<Step<M::Op>> {
        self.steps.unwrap_or_default()
    }
}

impl<M: Model> Asks<M> for History<'_, M> {
    fn chance(&mut self, _: &mut Endowment, chance: f64) -> bool {
        match chance {
            ..=0.0 => false,
            1.0.. => true,
            _ => self.decider.happen(&odds(chance)) == 0,
        }
    }

    fn pick(&mut self, _: &mut Endowment, count: usize) -> usize {
        if count == 1 { 0 } else { self.decider.happen(&vec![1; count]) }
    }

    /// The least, the number itself, and the most stand for all.
    fn near(&mut self, _: &mut Endowment, number: u128, part: f64) -> u128 {
        if part == 0.0 {
            return number;
        }
        self.near = true;
        let away = self.decider.happen(&[1; 3]) as f64 - 1.0;
        (number as f64 * (1.0 + part * away)) as u128
    }

    fn draw(&mut self, _: &mut Endowment, player: usize, _: &Amounts) -> Balance {
        self.values[player][self.as_kinds[player]]
    }

    fn secret(&mut self, _: &mut Endowment, who: Agent) -> [u8; 32] {
        let mut secret = [0; 32];
        secret[..4].copy_from_slice(&who.to_le_bytes());
        secret
    }

    fn seed(&mut self, world: &mut Endowment, who: Agent) -> [u8; 32] {
        self.lots = true;
        self.secret(world, who)
    }

    fn enjoy(
        &mut self,
        _: &mut Endowment,
        player: usize,
        _: Balance,
        worth: impl Fn(Balance) -> Balance,
    ) {
        for (sum, value) in self.worths[player].iter_mut().zip(&self.values[player]) {
            *sum += worth(*value) as i128;
        }
    }

    fn decide(
        &mut self,
        player: usize,
        about: &'static str,
        options: &'static [&'static str],
        sees: impl FnOnce() -> u64,
    ) -> Option<usize> {
        if !self.asks {
            return None;
        }
        Some(self.decider.decide(&Decision {
            player,
            about,
            sees: sees(),
            options: options.len(),
            intended: &|_| 0,
            name: &|option| options[option].into(),
        }))
    }

    fn turn(&mut self, _: &mut Instance<M>, _: Option<usize>) {}

    #[inline(always)]
    fn call(
        &mut self,
        instance: &mut Instance<M>,
        who: Agent,
        value: Balance,
        op: M::Op,
    ) -> Option<M::Receipt> {
        if let Some(steps) = &mut self.steps {
            steps.push(Step::Call { who, value, op, expect: None });
        }
        let receipt = instance.apply(who, value, op).ok();
        if let Some(shortfall) = &mut self.shortfall {
            let owed = instance.owed();
            *shortfall = owed.saturating_sub(instance.ledger().held).max(*shortfall);
        }
        receipt
    }

    fn advance(&mut self, instance: &mut Instance<M>, blocks: Block) {
        if let Some(steps) = &mut self.steps {
            steps.push(Step::Blocks(blocks));
        }
        instance.advance(blocks);
    }

    /// The first one counts.
    fn commit(&mut self, player: usize) {
        let steps = self.steps.as_ref().map_or(0, Vec::len);
        self.committed.entry(player).or_insert(steps);
    }

    fn leave(&mut self) {
        self.left = self.steps.as_ref().map_or(0, Vec::len);
    }
}

/// The odds of a chance, for and against it: those of the shortest decimal that is read as it.
fn odds(chance: f64) -> [u64; 2] {
    let exact = exact::parse(&chance.to_string()).expect("a float is written as a decimal");
    let (one, all) = (exact.numer().to_u64(), exact.denom().to_u64());
    match (one, all) {
        (Some(one), Some(all)) => [one, all - one],
        // Finer than 2^-64: the nearest that there is.
        _ => [(chance * 2f64.powi(53)) as u64, (1 << 53) - (chance * 2f64.powi(53)) as u64],
    }
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

    /// Which branches the last play took, in the order of its chance moves.
    pub fn branches(&self) -> Vec<usize> {
        self.chance.iter().map(|(_, taken)| *taken).collect()
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

/// Plays once as a decider says.
pub fn run<'a, P: Play>(
    scene: &'a Scene<P>,
    decider: &'a mut dyn Decider,
) -> Table<P, History<'a, P::Model>> {
    scene.play(History::new(decider))
}
