//! Dominated strategies and correlated equilibria, listed.

use super::super::output::table;
use super::{Report, name, texts};
use crate::exact::{Rational, whole};
use crate::games::Limit;
use crate::games::correlated::{self, Concept, Correlated};
use crate::games::dominance::{Dominated, Dominators, Eliminated, Strength, dominated, eliminate};
use crate::games::strategic::Strategic;
use serde_json::{Map, Value, json};

impl Report {
    /// Dominated strategies, and what is left without them.
    pub fn dominated(&mut self, game: &Strategic, limit: Limit) {
        let (mut document, mut iterated) = (Map::new(), Map::new());
        let (mut rows, mut rests) = (Vec::new(), Vec::new());
        for (how, strength) in [("strict", Strength::Strict), ("weak", Strength::Weak)] {
            let found = dominated(game, strength, Dominators::Mixed, limit);
            let gone = eliminate(game, strength, Dominators::Mixed, limit);
            let round = |round: usize, one: &Dominated| row(game, how, round, one);
            rows.extend(found.all.iter().map(|one| round(1, one)));
            for (number, later) in (1..).zip(&gone.rounds).skip(1) {
                rows.extend(later.iter().map(|one| round(number, one)));
            }
            rests.extend(left(game, how, &gone));
            document.insert(how.into(), found.all.iter().map(|one| entry(game, one)).collect());
            iterated.insert(how.into(), elimination(game, &gone));
            if !(found.complete && gone.complete) {
                self.stopped("more strategies may be dominated");
            }
        }
        document.insert("iterated".into(), Value::Object(iterated));
        self.put("dominated", Value::Object(document));
        if rows.is_empty() {
            return self.say("No strategy is dominated");
        }
        let header = ["dominated", "round", "player", "strategy", "by"];
        self.say(format!("Dominated strategies\n\n{}", table(&header, 5, rows)));
        let header = ["iterated", "player", "strategies left"];
        self.say(format!("What is left in the end\n\n{}", table(&header, 3, rests)));
    }

    /// The best and the worst correlated equilibria.
    pub fn correlated(&mut self, game: &Strategic, limit: Limit) {
        let mut document = Map::new();
        let mut rows = Vec::new();
        for (name, concept) in [("correlated", Concept::Correlated), ("coarse", Concept::Coarse)] {
            let mut ends = Map::new();
            for (end, weight) in [("best", 1), ("worst", -1)] {
                let weights = vec![whole(weight); game.players.len()];
                let found = correlated::best(game, concept, &weights, limit);
                if !found.complete {
                    self.stopped(&format!("the {end} {name} equilibrium is not known"));
                }
                for one in found.all {
                    rows.extend(distribution(game, [name, end], &one));
                    ends.insert(end.into(), told(game, &one));
                }
            }
            document.insert(name.into(), Value::Object(ends));
        }
        self.put("correlated", Value::Object(document));
        let mut header = vec!["equilibrium", "total", "total payoff", "chance"];
        header.extend(game.players.iter().map(String::as_str));
        self.say(format!("Correlated equilibria\n\n{}", table(&header, header.len(), rows)));
    }
}

fn strategy(game: &Strategic, player: usize, strategy: usize) -> String {
    name(&game.strategies[player], strategy)
}

fn by(game: &Strategic, one: &Dominated) -> String {
    let name = |by: usize| strategy(game, one.player, by);
    match &one.by[..] {
        [(by, _)] => name(*by),
        all => {
            all.iter().map(|(by, w)| format!("{} {w}", name(*by))).collect::<Vec<_>>().join(", ")
        }
    }
}

fn row(game: &Strategic, how: &str, round: usize, one: &Dominated) -> Vec<String> {
    let (player, strategy) = (&game.players[one.player], strategy(game, one.player, one.strategy));
    vec![how.into(), round.to_string(), player.clone(), strategy, by(game, one)]
}

fn left(game: &Strategic, how: &str, gone: &Eliminated) -> Vec<Vec<String>> {
    let rows = gone.left.iter().enumerate().map(|(player, left)| {
        let names: Vec<_> = left.iter().map(|one| strategy(game, player, *one)).collect();
        vec![how.to_string(), game.players[player].clone(), names.join(", ")]
    });
    rows.collect()
}

fn entry(game: &Strategic, one: &Dominated) -> Value {
    let by = one.by.iter().map(|(by, weight)| {
        json!({ "strategy": strategy(game, one.player, *by), "weight": weight.to_string() })
    });
    json!({
        "player": game.players[one.player],
        "strategy": strategy(game, one.player, one.strategy),
        "by": by.collect::<Value>(),
    })
}

fn elimination(game: &Strategic, gone: &Eliminated) -> Value {
    let rounds = gone.rounds.iter();
    let rounds = rounds.map(|round| round.iter().map(|one| entry(game, one)).collect::<Value>());
    let left = gone.left.iter().enumerate().map(|(player, left)| {
        left.iter().map(|one| strategy(game, player, *one)).collect::<Value>()
    });
    json!({ "rounds": rounds.collect::<Value>(), "left": left.collect::<Value>() })
}

/// A row for every profile that has a chance.
fn distribution(game: &Strategic, names: [&str; 2], one: &Correlated) -> Vec<Vec<String>> {
    let total = one.payoffs.iter().sum::<Rational>().to_string();
    let head = [names[0].to_string(), names[1].to_string(), total];
    let rows = one.distribution.iter().enumerate().map(|(at, (profile, chance))| {
        let mut row = if at == 0 { head.to_vec() } else { vec![String::new(); 3] };
        row.push(chance.to_string());
        row.extend(profile.iter().enumerate().map(|(player, own)| strategy(game, player, *own)));
        row
    });
    rows.collect()
}

fn told(game: &Strategic, one: &Correlated) -> Value {
    let distribution = one.distribution.iter().map(|(profile, chance)| {
        let names = profile.iter().enumerate().map(|(player, own)| strategy(game, player, *own));
        json!({ "profile": names.collect::<Value>(), "chance": chance.to_string() })
    });
    json!({
        "total": one.payoffs.iter().sum::<Rational>().to_string(),
        "payoffs": texts(&one.payoffs),
        "distribution": distribution.collect::<Value>(),
    })
}
