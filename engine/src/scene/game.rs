//! A scene with its rules.

use super::any::{AnyScene, How};
use super::cast::{Cast, Described, Type};
use super::decider::{Decider, Decision};
use super::end::End;
use super::history::History;
use super::intruder::{Change, Intruder, Look, Who};
use super::record::Notes;
use super::steered::{Steered, steered};
use crate::exact::Rational;
use crate::model::{Agent, Amount, AnyInstance, AnyOp, Instance, Messages, Model, Op, Step};
use crate::play::{
    Answers as Asks, ClosedForm, Dice, Endowment, OpOf, Play, Player, PlayerState, ScenarioOf,
    Strategies, Table,
};
use crate::random::stream;
use crate::scenario::{Invalid, Terms};
use crate::trace::Trace;
use carrots_kernel::Balance;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::Range;

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

/// A scenario that is audited.
pub struct Scene<P: Play> {
    /// What is played.
    pub play: P,
    /// The scenario of it.
    pub scenario: ScenarioOf<P>,
    /// The scenario of which that is a part.
    whole: ScenarioOf<P>,
    /// What is known of it without the rules.
    pub cast: Cast,
    /// The strategy that the scenario gives each player.
    strategies: Vec<P::Strategy>,
    /// What each player can choose.
    pub options: Vec<Vec<Choice<P::Plan>>>,
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
        Ok(Self { whole: scenario.clone(), ..Self::of(P::audited(scenario)?) })
    }

    /// The game of a scenario as it is, all of it.
    pub fn of(scenario: ScenarioOf<P>) -> Self {
        let play = P::new(&scenario);
        let groups = scenario.agents.iter();
        let entering: Vec<P::Strategy> = groups
            .flat_map(|group| std::iter::repeat_n(group.strategy, group.count as usize))
            .collect();
        let there: Vec<P::Strategy> =
            scenario.incumbents().into_iter().map(|(_, strategy)| strategy).collect();
        let strategies = [&entering[..], &there].concat();
        let values: Vec<_> = (0..strategies.len()).map(|player| play.kinds(player)).collect();
        // Who is there already has one account.
        let most = |player: usize| if player < entering.len() { u32::MAX } else { 1 };
        let (mut options, mut intended) = (Vec::new(), Vec::new());
        for (player, strategy) in strategies.iter().enumerate() {
            let (all, own) = offer(&play, player, most(player), *strategy, &values[player]);
            options.push(all);
            intended.push(own);
        }
        let chosen = |strategy: &&P::Strategy| {
            let fits = |at: usize| P::accounts(**strategy) <= most(at);
            let suits =
                |at: usize| play.suits(at, **strategy) && fits(at) || strategies[at] == **strategy;
            !(0..values.len()).any(suits)
        };
        let left_out = P::Strategy::ALL.iter().filter(chosen).map(|one| one.name()).collect();
        let accounts = |player: usize| {
            let of = |choice: &Choice<P::Plan>| accounts_of(&play, choice.plan);
            options[player].iter().map(of).max().unwrap_or(1)
        };
        let (table, spares) = seated(&play, &scenario, &accounts);
        let seat = |(at, player): (usize, &PlayerState<P>)| {
            let accounts = if at < entering.len() { accounts(at) } else { 1 };
            let name = play.player_name(at);
            Player { name, accounts: (player.account..player.account + accounts).collect() }
        };
        let trusted = match &scenario.intended.trusted {
            Some(names) => names.clone(),
            None => P::TRUSTED.iter().map(ToString::to_string).collect(),
        };
        let describe = |choice: &Choice<P::Plan>| described(&play, choice);
        let start = &table.instance;
        let agents = 0..start.ledger().wallets.len() as Agent;
        let cast = Cast {
            mechanism: P::Model::NAME,
            players: table.players.iter().enumerate().map(seat).collect(),
            others: play.others(),
            trusted,
            duties: P::TRUSTED,
            kinds: values.iter().map(|all| all.iter().map(type_of::<P>).collect()).collect(),
            values,
            options: options.iter().map(|all| all.iter().map(describe).collect()).collect(),
            intended,
            classes: (0..strategies.len()).map(|player| play.class(player)).collect(),
            left_out,
            spares,
            owner: P::OWNER,
            rounding: play.rounding(),
            token: scenario.token.clone(),
            messages: <P::Model as Messages>::messages(),
            errors: <P::Model as Messages>::errors(),
            strategies: P::Strategy::NAMES,
            block: start.block(),
            wallets: start.ledger().wallets.clone(),
            wealth: agents.map(|who| start.wealth(who)).collect(),
        };
        Self {
            cast,
            strategies,
            options,
            initial: Initial {
                instance: table.instance,
                players: table.players,
                endowments: table.endowments,
                entering: table.entering,
                world: table.world,
            },
            play,
            whole: scenario.clone(),
            scenario,
        }
    }

    /// The mechanism before anybody called anything.
    pub fn start(&self) -> &Instance<P::Model> {
        &self.initial.instance
    }

    /// The first option of a player for which that holds.
    pub fn find(&self, player: usize, is: impl Fn(P::Plan) -> bool) -> Option<usize> {
        self.options[player].iter().position(|choice| is(choice.plan))
    }

    /// What a player's type is as a number.
    pub fn value(&self, player: usize, kind: usize) -> Balance {
        self.cast.values[player][kind]
    }

    /// Plays once: everybody chooses, and everything happens as the history's decider says. In the
    /// end everyone takes out what it can.
    pub fn play<'a>(&'a self, history: History<'a, P::Model>) -> Table<P, History<'a, P::Model>> {
        self.play_from(history, None, self.scenario.run.horizon, &mut |_| ())
    }

    /// The same for so many rounds, with a look after each; a player may play from another account.
    fn play_from<'a>(
        &'a self,
        history: History<'a, P::Model>,
        from: Option<(usize, Agent)>,
        rounds: u32,
        look: &mut dyn FnMut(&Instance<P::Model>),
    ) -> Table<P, History<'a, P::Model>> {
        let mut table = self.table(history);
        if let Some((player, account)) = from {
            table.players[player].account = account;
        }
        let asked = &mut table.answers;
        asked.values = &self.cast.values;
        asked.record.notes.worths = self.cast.values.iter().map(|all| vec![0; all.len()]).collect();
        for (player, options) in self.options.iter().enumerate() {
            // Where decisions on the way are asked, plans that take them by themselves are not.
            let steady = |option: &usize| !options[*option].reacts;
            let steady: Option<Vec<usize>> =
                asked.asks.then(|| (0..options.len()).filter(steady).collect());
            let option_of = |place: usize| steady.as_ref().map_or(place, |steady| steady[place]);
            let place_of = |kind: usize| {
                let own = self.cast.intended[player][kind];
                let place = |all: &Vec<usize>| all.iter().position(|option| *option == own);
                steady.as_ref().map_or(own, |steady| place(steady).unwrap_or(0))
            };
            let option = option_of(asked.decider.decide(&Decision {
                player,
                about: "plan",
                sees: 0,
                options: steady.as_ref().map_or(options.len(), Vec::len),
                intended: &place_of,
                name: &|place| self.cast.name(player, option_of(place)),
            }));
            table.players[player].plan = options[option].plan;
            asked.as_kinds.push(options[option].kind);
        }
        self.through(&mut table, rounds, look);
        table
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
    fn through<A: Asks<P::Model>>(
        &self,
        table: &mut Table<P, A>,
        rounds: u32,
        look: &mut dyn FnMut(&Instance<P::Model>),
    ) {
        self.play.enter(table);
        for _ in 0..rounds {
            self.play.round(table);
            look(&table.instance);
        }
        self.play.finish(table);
        table.answers.leave();
        self.play.leave(table);
    }

    /// A player's payoff at the end of a play, if it is of type `kind`: tokens that it has more than at
    /// the start, what the world gave and took, and what the end is worth to it.
    pub fn payoff(&self, player: usize, kind: usize, end: &Table<P, History<P::Model>>) -> i128 {
        let Endowment { gains, costs, .. } = end.endowments[player];
        let worth = end.answers.record.notes.worths[player][kind];
        self.cast.tokens(player, &end.instance) + gains as i128 - costs as i128 + worth
    }

    /// What an end that no play came to is worth to a player of type `kind` beside tokens.
    pub fn worth(&self, player: usize, kind: usize, end: &Instance<P::Model>) -> i128 {
        let Player { accounts, .. } = &self.cast.players[player];
        self.play.worth(accounts, self.value(player, kind), &self.initial.instance, end)
    }

    /// A play at its end, apart from whoever answered.
    fn ended(&self, table: Table<P, History<P::Model>>) -> Ended<'_, P> {
        let Table { instance, players, endowments, entering, world, board, answers } = table;
        let (steps, notes) = answers.record.into_parts();
        let answers = ();
        let table = Table { instance, players, endowments, entering, world, board, answers };
        Ended { play: &self.play, table, steps, notes }
    }
}

impl<P: Play> AnyScene for Scene<P> {
    fn cast(&self) -> &Cast {
        &self.cast
    }

    fn start(&self) -> &dyn AnyInstance {
        &self.initial.instance
    }

    fn play<'s>(&'s self, how: How, decider: &mut dyn Decider) -> Box<dyn End + 's> {
        self.watch(how, self.scenario.run.horizon, decider, &mut |_| ())
    }

    fn watch<'s>(
        &'s self,
        how: How,
        rounds: u32,
        decider: &mut dyn Decider,
        look: &mut dyn FnMut(&dyn AnyInstance),
    ) -> Box<dyn End + 's> {
        let mut history = History::new(decider);
        if how.recorded {
            history = history.recorded();
        }
        if how.watched {
            history = history.watched();
        }
        if how.asks {
            history = history.asking();
        }
        let mut table = self.play_from(history, how.from, rounds, &mut |instance| look(instance));
        if how.watched {
            table.answers.record.watch_all(&table.instance);
        }
        Box::new(self.ended(table))
    }

    fn intrude<'l, 's: 'l>(
        &'s self,
        recorded: bool,
        decider: &'l mut dyn Decider,
        who: &'l Who,
        changes: &'l [Change],
        look: Option<Look<'l>>,
    ) -> Box<dyn End + 's> {
        let history = History::new(decider);
        let mut history = if recorded { history.recorded() } else { history };
        history.intruder = Some(Intruder::new(who, changes, look));
        let mut table = self.play(history);
        table.answers.record.watch(&table.instance);
        table.answers.record.watch_all(&table.instance);
        Box::new(self.ended(table))
    }

    fn sample(&self, player: usize, strategy: usize, seed: u64, run: u64) -> i128 {
        let strategy = P::Strategy::ALL[strategy];
        let mut table = self.table(Dice);
        for (at, given) in self.strategies.iter().enumerate() {
            table.endowments[at].rng = stream(seed, run, at as u64);
            table.players[at].plan = match at == player && strategy != *given {
                true => P::plan(strategy),
                false => self.play.intended(at, *given),
            };
        }
        table.world.rng = stream(seed, run, u64::MAX);
        self.through(&mut table, self.scenario.run.horizon, &mut |_| ());
        let Endowment { gains, costs, .. } = table.endowments[player];
        self.cast.tokens(player, &table.instance) + gains as i128 - costs as i128
    }

    fn suits(&self, player: usize, strategy: usize) -> bool {
        let strategy = P::Strategy::ALL[strategy];
        self.play.suits(player, strategy) || self.strategies[player] == strategy
    }

    fn option_of(&self, player: usize, strategy: usize, kind: usize) -> Option<usize> {
        let strategy = P::Strategy::ALL[strategy];
        if strategy == self.strategies[player] {
            return Some(self.cast.intended[player][kind]);
        }
        let plan = P::plan(strategy);
        let choice = choice(&self.play, player, plan, kind, self.value(player, kind));
        self.options[player].iter().position(|one| *one == choice)
    }

    fn worth(&self, player: usize, kind: usize, end: &dyn AnyInstance) -> i128 {
        self.worth(player, kind, end.of())
    }

    fn samples(&self, account: Agent) -> Vec<AnyOp> {
        OpOf::<P>::samples(account).into_iter().map(AnyOp::new).collect()
    }

    fn welfare_max(&self, values: &[Balance]) -> Option<i128> {
        self.play.welfare_max(values)
    }

    fn revenue_max(&self, options: &[usize]) -> Option<Balance> {
        let plan = |(player, option): (usize, &usize)| self.options[player][*option].plan;
        let plans: Vec<P::Plan> = options.iter().enumerate().map(plan).collect();
        self.play.revenue_max(&plans)
    }

    fn revenue_optimal(&self) -> Option<Rational> {
        self.play.revenue_optimal()
    }

    fn steered(&self) -> Option<Steered> {
        steered::<P>(&self.whole)
    }

    fn closed_form(&self, terms: &Terms) -> Option<ClosedForm> {
        self.play.closed_form(terms)
    }

    fn trace(
        &self,
        start: &dyn AnyInstance,
        steps: &[Step<AnyOp>],
        ends: BTreeMap<Agent, Amount>,
    ) -> Value {
        let start = start.of::<P::Model>();
        let (wallets, state) = match &self.scenario.state {
            None => (start.ledger().wallets.iter().copied().map(Amount).collect(), None),
            Some(_) => (vec![], Some(start.state())),
        };
        let trace = Trace::<P::Model> {
            mechanism: P::Model::NAME.into(),
            params: self.scenario.params,
            wallets,
            state,
            steps: steps.iter().map(Step::of).collect(),
            ends,
        };
        serde_json::to_value(trace).expect("a trace can be written")
    }
}

type Steps<P> = Vec<Step<OpOf<P>>>;

/// A play at its end.
struct Ended<'s, P: Play> {
    play: &'s P,
    table: Table<P, ()>,
    steps: Steps<P>,
    notes: Notes,
}

impl<P: Play> End for Ended<'_, P> {
    fn instance(&self) -> &dyn AnyInstance {
        &self.table.instance
    }

    fn notes(&self) -> &Notes {
        &self.notes
    }

    fn steps(&self) -> Vec<Step<AnyOp>> {
        self.steps.iter().map(Step::any).collect()
    }

    fn given(&self, player: usize) -> i128 {
        let Endowment { gains, costs, .. } = self.table.endowments[player];
        gains as i128 - costs as i128
    }

    fn other_gains(&self, seat: usize) -> i128 {
        self.play.other_gains(&self.table, seat)
    }

    fn externality(&self) -> i128 {
        self.play.externality(&self.table)
    }

    fn turned(&self) -> Option<bool> {
        self.play.turned(&self.table)
    }

    fn kept(&self) -> Balance {
        self.play.kept(&self.table.instance)
    }
}

/// A table at which every player of a scenario has a place and so many accounts, and the spare accounts.
fn seated<P: Play>(
    play: &P,
    scenario: &ScenarioOf<P>,
    accounts: &dyn Fn(usize) -> u32,
) -> (Table<P, Dice>, Range<Agent>) {
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
    (Table::seated(scenario, wallets, dealt, 0, 0), spares)
}

/// A type by its number.
fn type_of<P: Play>(value: &Balance) -> Type {
    let name = if P::KIND.is_empty() { String::new() } else { format!("{} {value}", P::KIND) };
    Type { name, weight: 1 }
}

/// An option, told without the play.
fn described<P: Play>(play: &P, choice: &Choice<P::Plan>) -> Described {
    let Choice { plan, kind, reacts } = *choice;
    Described {
        name: play.name(plan),
        kind,
        reacts,
        identities: play.identities(plan),
        accounts: accounts_of(play, plan),
        is_out: play.is_out(plan),
        is_corrupt: play.corrupt() == Some(plan),
    }
}

/// How many accounts a plan needs.
fn accounts_of<P: Play>(play: &P, plan: P::Plan) -> u32 {
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
    accounts: u32,
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
    let fits = |plan: &P::Plan| accounts_of(play, *plan) <= accounts;
    for plan in play.options(player).into_iter().filter(fits) {
        (0..values.len()).for_each(|kind| _ = add(plan, kind));
    }
    let own = (0..values.len()).map(|kind| add(play.intended(player, intended), kind)).collect();
    let suits = P::Strategy::ALL.iter().filter(|one| play.suits(player, **one));
    for plan in suits.map(|strategy| P::plan(*strategy)).filter(fits) {
        (0..values.len()).for_each(|kind| _ = add(plan, kind));
    }
    (all, own)
}

/// Plays once as a decider says.
pub fn run<'a, P: Play>(
    scene: &'a Scene<P>,
    decider: &'a mut dyn Decider,
) -> Table<P, History<'a, P::Model>> {
    scene.play(History::new(decider))
}
