//! Equilibria, listed.

use super::super::output::table;
use super::{Report, name, texts};
use crate::exact::Rational;
use crate::games::backward::{self, Equilibrium, LeftOut, Method};
use crate::games::extensive::{Extensive, Unfit};
use crate::games::mixed::{Mixed, expected};
use crate::games::polynomial::Root;
use crate::games::pure::{Pure, pure_equilibria};
use crate::games::remainder::{Remainder, remainder};
use crate::games::strategic::Strategic;
use crate::games::symmetric::{self, Symmetric};
use crate::games::{Found, Limit, bimatrix, mixed, pure, zero_sum};
use num_traits::{One, ToPrimitive, Zero};
use serde_json::{Value, json};

/// An equilibrium of either form.
struct Listed {
    /// Probabilities for every place where somebody chooses.
    profile: Vec<Vec<Rational>>,
    payoffs: Vec<Rational>,
    /// How it was found, or what it is.
    how: String,
}

/// Where somebody chooses: in strategic form a player, in extensive form an information set.
struct Choice {
    player: usize,
    /// The information set.
    at: Option<String>,
    actions: Vec<String>,
}

impl Report {
    /// Subgame-perfect equilibria.
    pub fn subgame_perfect(
        &mut self,
        game: &Extensive,
        all: bool,
        limit: Limit,
    ) -> anyhow::Result<()> {
        let found = if all { backward::all(game, limit) } else { backward::one(game, limit) };
        let found = found.map_err(|error| match error {
            Unfit::Forgets { .. } => anyhow::anyhow!("{error}: --strategic does without"),
            other => other.into(),
        })?;
        // As Gambit does: player by player.
        let mut order: Vec<usize> = (0..game.sets().len()).collect();
        order.sort_by_key(|set| game.sets()[*set].player);
        let choices = order.iter().map(|&set| {
            let (at, set) = (game.set_name(set), &game.sets()[set]);
            let actions = set.actions.clone();
            Choice { player: set.player, at: Some(at), actions }
        });
        let choices: Vec<Choice> = choices.collect();
        let sets = choices.iter().map(|choice| {
            let player = &game.players()[choice.player];
            json!({ "player": player, "label": choice.at, "actions": choice.actions })
        });
        self.put("information_sets", sets.collect());
        let list = |one: Equilibrium| Listed {
            profile: order.iter().map(|set| one.profile[*set].clone()).collect(),
            payoffs: one.payoffs,
            how: one.methods.iter().map(|one| method(*one)).collect::<Vec<_>>().join(", "),
        };
        let listed = found.all.into_iter().map(list).collect();
        let left_out: Vec<_> = found.left_out.into_iter().map(left_out).collect();
        let listed = Found { all: listed, complete: found.complete };
        self.list("subgame-perfect", game.players(), &choices, listed);
        self.left_out(&left_out);
        Ok(())
    }

    /// Equilibria of a game in strategic form.
    pub fn equilibria(&mut self, game: &Strategic, all: bool, limit: Limit) -> anyhow::Result<()> {
        let players = game.strategies.iter().enumerate();
        let choice = |(player, names): (usize, &Vec<String>)| Choice {
            player,
            at: None,
            actions: names.clone(),
        };
        let choices: Vec<Choice> = players.map(choice).collect();
        if !all {
            let found = pure::first(game, 1, limit);
            if !found.all.is_empty() {
                self.list(
                    "",
                    &game.players,
                    &choices,
                    Found { complete: true, ..listed(game, found) },
                );
                self.left_out(&[]);
                return Ok(());
            }
        }
        let rest = remainder(game, limit);
        let (kind, found) = match (rest.game.players.len(), all) {
            (..=1, true) => ("pure", listed(game, pure_equilibria(game, limit))),
            (2, true) => ("extreme", self.extreme(game, &rest, limit)?),
            (..=2, false) => ("", one_of_two(game, &rest, limit)),
            _ => return self.of_many(game, &choices, all, limit),
        };
        self.list(kind, &game.players, &choices, found);
        self.left_out(&[]);
        Ok(())
    }

    /// Equilibria of a game in which more than two players have a choice; one if it has no pure ones.
    fn of_many(
        &mut self,
        game: &Strategic,
        choices: &[Choice],
        all: bool,
        limit: Limit,
    ) -> anyhow::Result<()> {
        let mut found = listed(game, pure_equilibria(game, limit));
        let Some(payoffs) = symmetric::table(game) else {
            self.list("pure", &game.players, choices, found);
            self.left_out(&["mixed equilibria of more than two players: see --dynamics"]);
            return Ok(());
        };
        let symmetric = symmetric::equilibria(&payoffs, limit)?;
        found.all.extend(mixed_alike(game, &symmetric));
        self.list("pure and symmetric", &game.players, choices, found);
        self.symmetric(&name(&game.strategies[0], 1), symmetric);
        let others = ["equilibria that are neither pure nor symmetric: see --dynamics"];
        self.left_out(if all { &others } else { &[] });
        Ok(())
    }

    /// Equilibria in which all players do the same, of two strategies, by the probability of the
    /// second.
    fn symmetric(&mut self, second: &str, found: Symmetric) {
        let points = match found {
            Symmetric::Points(points) => points,
            Symmetric::Everything => {
                self.put("symmetric", json!("everything"));
                return self.say("Symmetric equilibria: every probability");
            }
        };
        let (mut rows, mut documents) = (Vec::new(), Vec::new());
        for point in points.all {
            let (low, high, shown) = match &point.probability {
                Root::Exact(root) => (root, root, root.to_string()),
                Root::Between { low, high } => {
                    (low, high, format!("{:.12}…", low.to_f64().unwrap_or(f64::NAN)))
                }
            };
            let (low, high) = (low.to_string(), high.to_string());
            let stable = point.is_stable;
            documents
                .push(json!({ "strategy": second, "low": low, "high": high, "stable": stable }));
            rows.push(vec![
                shown,
                if stable { "evolutionarily stable".into() } else { String::new() },
            ]);
        }
        self.put("symmetric", Value::Array(documents));
        let header = format!("probability of {second}");
        self.say(format!("Symmetric equilibria\n\n{}", table(&[&header, ""], 2, rows)));
        if !points.complete {
            self.stopped("there may be more symmetric equilibria");
        }
    }

    /// All extreme equilibria of two players, and how they hang together.
    fn extreme(
        &mut self,
        game: &Strategic,
        rest: &Remainder,
        limit: Limit,
    ) -> anyhow::Result<Found<Listed>> {
        let found = bimatrix::equilibria(&rest.game, limit)?;
        let mut hows = vec![String::new(); found.extreme.all.len()];
        for (number, component) in (1..).zip(&found.components) {
            let alone = component.members.len() == 1;
            let how = if alone { "isolated".into() } else { format!("of continuum {number}") };
            component.members.iter().for_each(|member| hows[*member] = how.clone());
        }
        let components = found.components.iter().map(|component| {
            let isolated = component.members.len() == 1;
            json!({ "members": component.members, "isolated": isolated, "subsets": component.subsets })
        });
        self.put("components", components.collect());
        let listed = found.extreme.all.into_iter().zip(hows);
        let all = listed.map(|(profile, how)| mixed(game, rest.whole(profile), &how)).collect();
        Ok(Found { all, complete: found.extreme.complete })
    }

    /// Prints equilibria and says how many there are.
    fn list(&mut self, kind: &str, players: &[String], choices: &[Choice], found: Found<Listed>) {
        let Found { all: found, complete } = found;
        let documents = found.iter().map(|one| {
            let profile: Vec<Vec<String>> = one.profile.iter().map(|row| texts(row)).collect();
            json!({ "profile": profile, "payoffs": texts(&one.payoffs), "how": one.how })
        });
        self.put("equilibria", Value::Array(documents.collect()));
        let kind = match kind {
            "" => String::new(),
            kind => {
                self.put("kind", kind.into());
                format!("{kind} ")
            }
        };
        let plural = if found.len() == 1 { "um" } else { "a" };
        let mut lines = vec![format!("{} {kind}equilibri{plural}", found.len())];
        if !found.is_empty() {
            lines.push(String::new());
            lines.push(rows(players, choices, &found));
        }
        self.say(lines.join("\n"));
        if !complete {
            self.stopped("there may be more equilibria");
        }
    }
}

fn rows(players: &[String], choices: &[Choice], found: &[Listed]) -> String {
    let extensive = choices.iter().any(|choice| choice.at.is_some());
    let mut rows = Vec::new();
    for (number, one) in (1..).zip(found) {
        let mut last = None;
        for (choice, chances) in choices.iter().zip(&one.profile) {
            let first = last.is_none();
            let again = last == Some(choice.player);
            last = Some(choice.player);
            let if_new = |new: bool, text: String| if new { text } else { String::new() };
            let mut row = vec![
                if_new(first, number.to_string()),
                if_new(first, one.how.clone()),
                if_new(!again, players[choice.player].clone()),
                if_new(!again, one.payoffs[choice.player].to_string()),
            ];
            row.extend(choice.at.clone());
            row.push(plays(&choice.actions, chances));
            rows.push(row);
        }
        // Who never chooses is paid all the same.
        for player in (0..players.len()).filter(|at| choices.iter().all(|one| one.player != *at)) {
            let payoff = one.payoffs[player].to_string();
            let mut row = vec![String::new(), String::new(), players[player].clone(), payoff];
            row.resize(5 + usize::from(extensive), String::new());
            rows.push(row);
        }
    }
    let header: &[&str] = match extensive {
        true => &["", "how", "player", "payoff", "information set", "plays"],
        false => &["", "how", "player", "payoff", "plays"],
    };
    table(header, header.len(), rows)
}

/// The actions that have a chance, with it.
fn plays(actions: &[String], chances: &[Rational]) -> String {
    let played = chances.iter().enumerate().filter(|(_, chance)| !chance.is_zero());
    let played: Vec<_> = played.map(|(at, chance)| (name(actions, at), chance)).collect();
    match &played[..] {
        [(name, _)] => name.clone(),
        all => all
            .iter()
            .map(|(name, chance)| format!("{name} {chance}"))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn mixed(game: &Strategic, profile: Mixed, how: &str) -> Listed {
    Listed { payoffs: expected(game, &profile), profile, how: how.to_string() }
}

fn listed(game: &Strategic, found: Found<Pure>) -> Found<Listed> {
    let listed = found.all.iter().map(|one| {
        mixed(game, mixed::pure(game, &one.profile), if one.strict { "strict" } else { "pure" })
    });
    Found { all: listed.collect(), complete: found.complete }
}

/// The symmetric equilibria that are not pure, and whose probabilities are fractions.
fn mixed_alike(game: &Strategic, found: &Symmetric) -> Vec<Listed> {
    let Symmetric::Points(points) = found else { return Vec::new() };
    let one = Rational::one();
    let listed = points.all.iter().filter_map(|point| match &point.probability {
        Root::Exact(second) if !second.is_zero() && *second != one => {
            let profile = vec![vec![&one - second, second.clone()]; game.players.len()];
            Some(mixed(game, profile, "symmetric"))
        }
        _ => None,
    });
    listed.collect()
}

/// A mixed equilibrium of two players, if it is found.
fn one_of_two(game: &Strategic, rest: &Remainder, limit: Limit) -> Found<Listed> {
    let (found, how) = match zero_sum::value(&rest.game, limit) {
        Ok(found) => (found.all.into_iter().map(|one| one.strategies).next(), "linear programming"),
        Err(_) => {
            let found = bimatrix::equilibria(&rest.game, limit).ok();
            (found.and_then(|found| found.extreme.all.into_iter().next()), "vertex enumeration")
        }
    };
    let all: Vec<_> = found.into_iter().map(|one| mixed(game, rest.whole(one), how)).collect();
    Found { complete: !all.is_empty(), all }
}

fn left_out(what: LeftOut) -> &'static str {
    match what {
        LeftOut::Mixed => "mixed equilibria of subgames that have pure ones: see --strategic",
        LeftOut::MixedOfMany => {
            "mixed equilibria of subgames in which more than two players choose: see --dynamics"
        }
    }
}

fn method(method: Method) -> &'static str {
    match method {
        Method::BestActions => "backward induction",
        Method::PureEquilibria => "pure equilibria",
        Method::SequenceForm => "sequence form",
        Method::ExtremeEquilibria => "extreme equilibria",
    }
}
