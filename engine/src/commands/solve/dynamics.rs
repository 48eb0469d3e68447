//! Where play that adapts comes to.

use super::super::output::table;
use super::{Report, name, texts};
use crate::exact::{Rational, whole};
use crate::games::Limit;
use crate::games::dynamics;
use crate::games::mixed::expected;
use crate::games::strategic::Strategic;
use clap::ValueEnum;
use num_traits::ToPrimitive;
use serde_json::json;

/// How the players learn.
#[derive(Clone, Copy, ValueEnum)]
pub enum Dynamics {
    /// In turns, to a best reply (Cournot 1838)
    BestResponse,
    /// To a best reply to how often the others played what (Brown 1951)
    FictitiousPlay,
    /// In proportion to what would have paid more (Hart, Mas-Colell 2000)
    RegretMatching,
    /// What pays more than the mean grows (Taylor, Jonker 1978)
    Replicator,
    /// In proportion to exp(10 * payoff) (McKelvey, Palfrey 1995)
    Logit,
}

/// Rounds that no dynamic needs more of to show where it goes.
const ROUNDS: u64 = 100_000;

impl Report {
    /// Where a dynamic comes to from everybody's first strategy, or from uniform play. The limit's
    /// steps are profiles that a round looks at.
    pub fn dynamics(&mut self, game: &Strategic, dynamics: Dynamics, seed: u64, limit: Limit) {
        let most = (limit.steps / game.profiles() as u64).min(ROUNDS);
        let rounds = dynamics::Rounds { most, until: limit.until };
        let first = vec![0; game.players.len()];
        let reached = match dynamics {
            Dynamics::BestResponse => dynamics::best_response(game, &first, rounds),
            Dynamics::FictitiousPlay => dynamics::fictitious_play(game, &first, rounds),
            Dynamics::RegretMatching => dynamics::regret_matching(game, rounds, seed),
            Dynamics::Replicator => {
                let uniform = |count: usize| vec![whole(1) / whole(count as i128); count];
                let start = game.shape().into_iter().map(uniform).collect();
                dynamics::replicator(game, &start, 0.1, rounds)
            }
            Dynamics::Logit => dynamics::logit(game, 10.0, rounds),
        };
        let known = dynamics.to_possible_value();
        let known = known.as_ref().map_or("", |value| value.get_name());
        let payoffs = expected(game, &reached.profile);
        let rows = game.players.iter().enumerate().map(|(player, named)| {
            let weights = reached.profile[player].iter().enumerate();
            let plays: Vec<_> = weights
                .filter(|(_, weight)| float(weight) >= 1e-4)
                .map(|(at, weight)| {
                    format!("{} {:.4}", name(&game.strategies[player], at), float(weight))
                })
                .collect();
            vec![named.clone(), format!("{:.6}", float(&payoffs[player])), plays.join(", ")]
        });
        let how = if reached.settled { "settled" } else { "not settled" };
        let gain = match reached.exploitability.to_string() {
            short if short.len() <= 12 => short,
            _ => format!("{:.3e}", float(&reached.exploitability)),
        };
        self.say(format!(
            "{known}: {how} after {} rounds, where nobody gains more than {gain} by leaving\n\n{}",
            reached.rounds,
            table(&["player", "payoff", "plays"], 3, rows),
        ));
        let profile: Vec<_> = reached.profile.iter().map(|weights| texts(weights)).collect();
        let document = json!({
            "name": known,
            "profile": profile,
            "payoffs": texts(&payoffs),
            "exploitability": reached.exploitability.to_string(),
            "rounds": reached.rounds,
            "settled": reached.settled,
        });
        self.put("dynamics", document);
    }
}

fn float(number: &Rational) -> f64 {
    number.to_f64().unwrap_or(f64::NAN)
}
