//! The strategic form of a game in extensive form, with reduced strategies (Kuhn 1953).
//!
//! A reduced strategy says what to do at the information sets that the player's own earlier moves
//! do not rule out. Strategies that differ only where they are never asked are one.

use super::{Builder, Extensive, Invalid, Node, Profile, Sequences, Unfit};
use crate::exact::Rational;
use crate::games::Limit;
use crate::games::strategic::Strategic;
use num_traits::Zero;

/// An action at every information set that the player's own moves leave open; nothing elsewhere.
pub type Plan = Vec<Option<usize>>;

/// A game's strategic form, and what its strategies are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reduced {
    /// The strategic form.
    pub strategic: Strategic,
    /// For every player, the plan behind each strategy.
    pub plans: Vec<Vec<Plan>>,
}

impl Extensive {
    /// The strategic form with reduced strategies. The limit's steps are the information sets looked
    /// at for every strategy, and for every end its profiles, to which its payoffs are added. Needs no perfect recall.
    pub fn reduced(&self, limit: Limit) -> Result<Reduced, Unfit> {
        let each =
            self.nodes.len() * size_of::<usize>() + self.sets.len() * size_of::<Vec<usize>>();
        if self.players.len().saturating_mul(each) > limit.bytes {
            return Err(Unfit::TooLarge("what every player knows at every node"));
        }
        let sequences: Vec<_> =
            (0..self.players.len()).map(|player| self.sequences(player)).collect();
        let (mut plans, mut bytes) = (Vec::new(), limit.bytes);
        for (player, own) in sequences.iter().enumerate() {
            plans.push(self.plans(player, own, &mut bytes, limit)?);
        }
        let payoffs = self.table(&sequences, &plans, limit)?;
        let strategies = plans
            .iter()
            .enumerate()
            .map(|(player, plans)| plans.iter().map(|plan| self.plan_name(player, plan)).collect());
        let strategic = Strategic {
            title: self.title.clone(),
            comment: self.comment.clone(),
            players: self.players.clone(),
            strategies: strategies.collect(),
            payoffs,
        };
        Ok(Reduced { strategic, plans })
    }

    /// A tree for a game in strategic form: one player after the other chooses, and none sees what
    /// the others chose.
    pub fn simultaneous(game: &Strategic, limit: Limit) -> Result<Self, Invalid> {
        let mut tree = Builder::new(&game.title, &game.players, limit);
        tree.comment(&game.comment);
        let mut sets = Vec::new();
        for (player, strategies) in game.strategies.iter().enumerate() {
            sets.push(tree.information_set(player, "", strategies.clone())?);
        }
        let mut open = vec![(0, Vec::new())];
        while let Some((at, profile)) = open.pop() {
            let Some(set) = sets.get(profile.len()) else {
                tree.terminal(at, game.payoffs[game.index(&profile)].clone())?;
                continue;
            };
            let children = tree.decision(at, *set)?.enumerate().rev();
            open.extend(
                children.map(|(choice, child)| (child, [&profile[..], &[choice]].concat())),
            );
        }
        tree.build()
    }

    /// All reduced strategies of a player, in what is left of the limit's bytes.
    fn plans(
        &self,
        player: usize,
        own: &Sequences,
        bytes: &mut usize,
        limit: Limit,
    ) -> Result<Vec<Plan>, Unfit> {
        let too_large = Unfit::TooLarge("the strategies of the strategic form");
        let sets = 0..self.sets.len();
        let sets: Vec<_> = sets.filter(|set| self.sets[*set].player == player).collect();
        let longest = |set: &usize| self.sets[*set].actions.iter().map(String::len).max();
        let names: usize = sets.iter().filter_map(longest).sum();
        let size = size_of::<Plan>() + self.sets.len() * size_of::<Option<usize>>() + names;
        let (mut open, mut plans) = (vec![vec![None; self.sets.len()]], Vec::new());
        let mut steps = own.plans();
        while let Some(plan) = open.pop() {
            let kept = plans.len() + open.len() + 1;
            steps += sets.len() as u128;
            let is_over = steps > limit.steps.into() || limit.is_over();
            if is_over || kept.saturating_mul(size) > *bytes {
                return Err(too_large);
            }
            let next = sets.iter().copied().find(|&set| {
                let mut before = own.at_set[set].iter();
                plan[set].is_none() && before.any(|before| own.follows(&plan, *before))
            });
            let Some(set) = next else {
                plans.push(plan);
                continue;
            };
            open.extend((0..self.sets[set].actions.len()).rev().map(|action| {
                let mut longer = plan.clone();
                longer[set] = Some(action);
                longer
            }));
        }
        *bytes -= plans.len() * size;
        Ok(plans)
    }

    /// Every profile's payoffs: the sum over the ends that it may lead to.
    fn table(
        &self,
        sequences: &[Sequences],
        plans: &[Vec<Plan>],
        limit: Limit,
    ) -> Result<Vec<Vec<Rational>>, Unfit> {
        let counts = plans.iter().map(|plans| plans.len() as u128);
        let profiles = counts.fold(1, u128::saturating_mul);
        let size = size_of::<Vec<Rational>>() + self.players.len() * (size_of::<Rational>() + 64);
        if profiles > limit.steps.into()
            || profiles.saturating_mul(size as u128) > limit.bytes as u128
        {
            return Err(Unfit::TooLarge("the table of the strategic form"));
        }
        let mut steps = 0u64;
        let mut table = vec![vec![Rational::zero(); self.players.len()]; profiles as usize];
        let chances = self.chances();
        for (node, chance) in chances.iter().enumerate() {
            let Node::Terminal { payoffs } = &self.nodes[node] else { continue };
            let mut leading = vec![0];
            let mut stride = 1;
            for (own, plans) in sequences.iter().zip(plans) {
                let follow = |plan: &&Plan| own.follows(plan, own.at_node[node]);
                let fitting = plans.iter().zip(0..).filter(|(plan, _)| follow(plan));
                let fitting: Vec<usize> = fitting.map(|(_, place)| place * stride).collect();
                let sums = fitting.iter().flat_map(|own| leading.iter().map(move |sum| own + sum));
                leading = sums.collect();
                stride *= plans.len();
                steps += plans.len() as u64;
            }
            steps += leading.len() as u64;
            if steps > limit.steps || limit.is_over() {
                return Err(Unfit::TooLarge("the table of the strategic form"));
            }
            let payoffs: Vec<_> = payoffs.iter().map(|payoff| payoff * chance).collect();
            for place in leading {
                for (sum, payoff) in table[place].iter_mut().zip(&payoffs) {
                    *sum += payoff;
                }
            }
        }
        Ok(table)
    }

    /// The actions' names in the order of the information sets, `*` where there is none to choose.
    fn plan_name(&self, player: usize, plan: &Plan) -> String {
        let own = self.sets.iter().zip(plan).filter(|(set, _)| set.player == player);
        let names =
            own.map(|(set, action)| match action.map(|action| (&*set.actions[action], action)) {
                None => "*".to_string(),
                Some(("", action)) => (action + 1).to_string(),
                Some((name, _)) => name.to_string(),
            });
        let name = names.collect::<Vec<_>>().join("/");
        if name.is_empty() { "*".into() } else { name }
    }
}

impl Reduced {
    /// The behaviour strategies that do what mixed strategies do (Kuhn 1953), where nobody forgets:
    /// at every information set the actions' weights among the plans that get there, and all
    /// actions alike where none does. `mixed` has a weight per strategy, for every player.
    pub fn behaviour(&self, game: &Extensive, mixed: &[Vec<Rational>]) -> Profile {
        let mut profile = game.uniform();
        for (set, actions) in profile.iter_mut().enumerate() {
            let player = game.sets[set].player;
            let mut weights = vec![Rational::zero(); actions.len()];
            for (plan, weight) in self.plans[player].iter().zip(&mixed[player]) {
                if let Some(action) = plan[set] {
                    weights[action] += weight;
                }
            }
            let sum: Rational = weights.iter().sum();
            if !sum.is_zero() {
                *actions = weights.into_iter().map(|weight| weight / &sum).collect();
            }
        }
        profile
    }
}
