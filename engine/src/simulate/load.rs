//! A scenario that is ready to be run: the simulator draws what the play asks.

use super::simulation::{Seen, Simulation};
use crate::play::{
    Dice, OF_STRATEGY, Play, PlayerState, ScenarioOf, Start, Strategies, Table, Unit, difference,
    measured, measures, read,
};
use crate::rows::{Cell, Column, Kind};
use crate::scenario::{Document, Run, ScenarioError, Token};
use carrots_kernel::Balance;

/// A checked scenario.
struct Staged<G: Play> {
    play: G,
    scenario: ScenarioOf<G>,
    strategies: Vec<(G::Strategy, u64)>,
}

/// Reads a scenario and says what is wrong with it.
pub fn load<G: Play + 'static>(document: &Document) -> Result<Box<dyn Simulation>, ScenarioError> {
    let scenario = read::<G>(document)?;
    let mut strategies: Vec<(G::Strategy, u64)> = Vec::new();
    let groups = scenario.agents.iter().map(|group| (group.strategy, u64::from(group.count)));
    let there = scenario.incumbents().into_iter().map(|(_, strategy)| (strategy, 1));
    for (strategy, more) in groups.chain(there) {
        match strategies.iter_mut().find(|(known, _)| *known == strategy) {
            Some((_, count)) => *count += more,
            None => strategies.push((strategy, more)),
        }
    }
    strategies.sort();
    Ok(Box::new(Staged::<G> { play: G::new(&scenario), scenario, strategies }))
}

impl<G: Play> Simulation for Staged<G> {
    fn run(&self) -> Run {
        self.scenario.run
    }

    fn columns(&self) -> Vec<Column> {
        let tokens = smallest_unit(&self.scenario.token);
        let column = |name: String, unit: Unit| {
            let (kind, counted) = match unit {
                Unit::Tokens => (Kind::Large, tokens.clone()),
                Unit::MeanTokens => (Kind::Number, tokens.clone()),
                Unit::Count => (Kind::Whole, String::new()),
                Unit::Share | Unit::Number => (Kind::Number, String::new()),
            };
            Column { name, kind, unit: counted }
        };
        let metrics = measures::<G>().into_iter();
        let metrics = metrics.map(|measure| column(measure.name.into(), measure.unit));
        let strategies = self.strategies.iter().flat_map(|(strategy, _)| {
            OF_STRATEGY.map(|measure| {
                column(format!("{}_{}", measure.name, strategy.name()), measure.unit)
            })
        });
        metrics.chain(strategies).collect()
    }

    fn token(&self) -> Token {
        self.scenario.token.clone()
    }

    fn strategies(&self) -> Vec<(String, u64)> {
        let named = |(strategy, count): &(G::Strategy, u64)| (strategy.name().to_string(), *count);
        self.strategies.iter().map(named).collect()
    }

    fn intended(&self) -> String {
        self.scenario.intended.strategy.clone()
    }

    fn unused(&self) -> Vec<&'static str> {
        G::unused(&self.scenario)
    }

    fn agent_steps(&self) -> u64 {
        let agents: u64 = self.strategies.iter().map(|(_, count)| count).sum();
        agents * u64::from(self.scenario.run.horizon)
    }

    fn watch(&self, seed: u64, run: u64, look: &mut dyn FnMut(u32, &dyn Seen)) -> Vec<Cell> {
        let mut table = Table::new(&self.play, &self.scenario, seed, run);
        let (start, horizon) = (Start::of(&table), self.scenario.run.horizon);
        let mut look = |rounds: u32, table: &Table<G, Dice>| {
            look(rounds, &Look { staged: self, table, start, rounds });
        };
        through(&self.play, &mut table, horizon, &mut look);
        Look { staged: self, table: &table, start, rounds: horizon }.row()
    }
}

/// A run after some rounds.
struct Look<'a, G: Play> {
    staged: &'a Staged<G>,
    table: &'a Table<G, Dice>,
    start: Start,
    rounds: u32,
}

impl<G: Play> Look<'_, G> {
    /// What a player gains, and what penalties took from it.
    fn result(&self, player: usize) -> (f64, Balance) {
        let (plus, minus) = self.table.result(player);
        (difference(plus, minus), self.staged.play.slashed(self.table, player))
    }
}

impl<G: Play> Seen for Look<'_, G> {
    fn row(&self) -> Vec<Cell> {
        let Self { staged, table, start, rounds } = self;
        let mut row = measured(&staged.play, table, *start, *rounds);
        for (strategy, count) in &staged.strategies {
            let (mut payoff, mut slashed, mut stake) = (0.0, 0.0, 0.0);
            for (at, player) in table.players.iter().enumerate() {
                if G::strategy(player.plan) != *strategy {
                    continue;
                }
                let of = self.result(at);
                payoff += of.0;
                slashed += of.1 as f64;
                stake += table.endowments[at].stake as f64;
            }
            let count = *count as f64;
            let per_stake = if stake > 0.0 { payoff / stake } else { 0.0 };
            row.extend([payoff / count, per_stake, slashed / count].map(Cell::Number));
        }
        row
    }

    fn agents(&self) -> Vec<Vec<Cell>> {
        let players = self.table.players.iter().enumerate();
        let agent = |(at, player): (usize, &PlayerState<G>)| {
            let (plus, minus) = self.table.result(at);
            vec![
                Cell::Whole(at as i128),
                Cell::Text(G::strategy(player.plan).name().into()),
                self.table.endowments[at].stake.into(),
                if plus >= minus { (plus - minus).into() } else { negative(minus - plus) },
                self.staged.play.slashed(self.table, at).into(),
            ]
        };
        players.map(agent).collect()
    }
}

/// The cell of a debt.
fn negative(amount: Balance) -> Cell {
    match amount.into() {
        Cell::Whole(number) => Cell::Whole(-number),
        _ => Cell::Number(-(amount as f64)),
    }
}

/// Plays so many rounds from the start to the end.
pub fn run_through<P: Play>(play: &P, table: &mut Table<P, Dice>, rounds: u32) {
    through(play, table, rounds, &mut |_, _| ());
}

/// The same; after every round somebody looks, after the last one at the end.
fn through<P: Play>(
    play: &P,
    table: &mut Table<P, Dice>,
    rounds: u32,
    look: &mut dyn FnMut(u32, &Table<P, Dice>),
) {
    play.enter(table);
    for round in 1..=rounds {
        play.round(table);
        if round < rounds {
            look(round, table);
        }
    }
    play.finish(table);
    look(rounds, table);
}

/// What amounts are in, in words.
pub fn smallest_unit(token: &Token) -> String {
    match (token.name.as_str(), token.decimals) {
        ("", _) => "smallest unit".into(),
        (name, 0) => name.into(),
        (name, decimals) => format!("10^-{decimals} {name}"),
    }
}
