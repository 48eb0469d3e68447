//! A scenario that is ready to be run: the simulator draws what the play asks.

use super::simulation::Simulation;
use crate::play::{Dice, Play, ScenarioOf, Strategies, Table, read};
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

    fn columns(&self) -> Vec<String> {
        let metrics = G::METRICS.iter().map(|(name, _)| name.to_string());
        let strategies = self.strategies.iter().flat_map(|(strategy, _)| {
            ["payoff", "return", "slashed"].map(|what| format!("{what}_{}", strategy.name()))
        });
        metrics.chain(strategies).collect()
    }

    fn is_amount(&self, column: &str) -> bool {
        G::METRICS.contains(&(column, true))
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

    fn play(&self, seed: u64, run: u64) -> Vec<f64> {
        let mut table = Table::new(&self.play, &self.scenario, seed, run);
        let mut row = run_through(&self.play, &mut table, self.scenario.run.horizon);
        for (strategy, count) in &self.strategies {
            let (mut payoff, mut slashed, mut stake) = (0.0, 0.0, 0.0);
            for (at, player) in table.players.iter().enumerate() {
                if G::strategy(player.plan) != *strategy {
                    continue;
                }
                let accounts = player.account..player.account + G::accounts(*strategy);
                let (plus, minus) = table.endowments[at].result(&table.instance, accounts);
                payoff += difference(plus, minus);
                slashed += self.play.slashed(&table, at) as f64;
                stake += table.endowments[at].stake as f64;
            }
            let count = *count as f64;
            let per_stake = if stake > 0.0 { payoff / stake } else { 0.0 };
            row.extend([payoff / count, per_stake, slashed / count]);
        }
        row
    }
}

/// Plays so many rounds from the start to the end, and gives the metrics.
pub fn run_through<P: Play>(play: &P, table: &mut Table<P, Dice>, rounds: u32) -> Vec<f64> {
    play.enter(table);
    for _ in 0..rounds {
        play.round(table);
    }
    play.finish(table);
    play.metrics(table)
}

/// `plus - minus`, exact up to the last rounding.
pub fn difference(plus: Balance, minus: Balance) -> f64 {
    if plus >= minus { (plus - minus) as f64 } else { -((minus - plus) as f64) }
}
