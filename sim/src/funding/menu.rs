//! What of funding is audited: one good, the weights that people can have, what they can give, and
//! a benchmark.

#[cfg(test)]
mod tests;

use super::scenario::{Audit, SYBILS, Scenario, Strategy, World, accounts, endowment};
use carrots::model::State;
use carrots::play::{Group, Strategies};
use carrots::scenario::{Amounts, Invalid, Range, Run, expect};
use carrots_kernel::Balance;
use carrots_logic::funding::{Kind, MAX_AMOUNT, Params};
use num_bigint::BigUint;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// The most tokens of all: the roots of all amounts are exact to 16 binary digits.
const TOKENS_MAX: Balance = 1 << 96;
/// The most rounds.
const ROUNDS_MAX: u32 = 100;
/// The most players.
const PLAYERS_MAX: u32 = 60;

/// What is given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum To {
    /// The good.
    Good,
    /// Projects of the player's own, which are worth nothing: one for each part.
    Own,
}

/// What is given, whatever others do: how much in all, the same from so many accounts, by each of
/// them in so many parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gift {
    pub(super) to: To,
    pub(super) accounts: u32,
    pub(super) parts: u32,
    pub(super) amount: Balance,
}

/// What a player does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plan {
    /// What a strategy says.
    Follow(Strategy),
    /// It gives that.
    Give(Gift),
}

impl Gift {
    /// So much from one account, as a strategy gives it.
    pub(super) fn of(amount: Balance) -> Self {
        Self { to: To::Good, accounts: 1, parts: 1, amount }
    }
}

impl Plan {
    /// Before whom a player of that weight has its turn where it is audited: who gives more is first,
    /// and who looks at what is there is last. So whose pledges are not needed depends on what players
    /// do, and not on who they are.
    pub(super) fn turn(self, weight: Balance) -> impl Ord + use<> {
        let amount = match self {
            Plan::Give(gift) => gift.amount,
            Plan::Follow(_) => 0,
        };
        (Reverse(amount), self, weight)
    }
}

/// Funding in play.
pub struct Game {
    pub(super) params: Params,
    pub(super) world: World,
    pub(super) audit: Audit,
    /// What the sponsor has, and what the owner of a good.
    pub(super) endowments: (Balance, Balance),
    /// How many enter, and how many there are then.
    pub(super) entering: usize,
    pub(super) players: usize,
    /// The weights that one who enters can have, where it is audited.
    pub(super) kinds: Vec<Balance>,
}

/// The funding that is audited, as a scenario: a round or some, each for one good, of people who
/// can give what they like.
pub fn audited(scenario: &Scenario) -> Result<Scenario, Invalid> {
    let Scenario { params, world, intended, .. } = scenario;
    let audit = Audit { audited: true, ..scenario.audit.unwrap_or_default() };
    let honest = intended.strategy == Strategy::Honest.name();
    expect(honest, "intended.strategy", "honest to be audited")?;
    expect((1..=1000).contains(&audit.steps), "audit.steps", "1 to 1,000 steps")?;
    expect((1..=1000).contains(&audit.amounts), "audit.amounts", "1 to 1,000 steps")?;
    expect((1..=8).contains(&audit.identities), "audit.identities", "1 to 8 accounts")?;
    expect((1..=8).contains(&audit.parts), "audit.parts", "1 to 8 parts")?;
    let few = (1..=ROUNDS_MAX).contains(&audit.rounds);
    expect(few, "audit.rounds", format!("1 to {ROUNDS_MAX} rounds"))?;
    let room = match params.kind {
        Kind::Pairwise => PLAYERS_MAX.min(params.max_contributors / audit.identities),
        Kind::Quadratic | Kind::Assurance => PLAYERS_MAX,
    };
    let expected = format!("1 to {room} players, with places for all accounts");
    expect((1..=room).contains(&audit.players), "audit.players", expected)?;
    let sound = world.weight.grid(audit.steps).is_some();
    expect(sound, "world.weight", "an amount or a uniform distribution to be audited")?;
    let group = |stake| {
        let (strategy, stake) = (Strategy::Honest, Amounts::Fixed(stake));
        vec![Group { strategy, count: audit.players, stake }]
    };
    let scene = Scenario {
        agents: group(0),
        world: World { goods: 1, interests: 1, ..*world },
        run: Run { horizon: audit.rounds, ..scenario.run },
        audit: Some(audit),
        ..scenario.clone()
    };
    let most = game(&scene).gifts().into_iter().map(|gift| gift.amount).max();
    let prices = params.price().saturating_mul(audit.parts.into());
    let wallet = most.unwrap_or(0).saturating_add(prices);
    let wallet = wallet.saturating_mul(audit.rounds.into());
    let all = wallet.checked_mul((audit.players * audit.identities.max(SYBILS)).into());
    let others = world.sponsor.saturating_add(params.price()).saturating_mul(audit.rounds.into());
    let all = all.and_then(|all| all.checked_add(others));
    let all = all.and_then(|all| all.checked_add(scene.state.as_ref().map_or(0, State::tokens)));
    let few = all.is_some_and(|all| all <= TOKENS_MAX);
    expect(few, "world.weight", "at most 2^96 for all that is given to be audited")?;
    Ok(Scenario { agents: group(wallet), ..scene })
}

/// The funding of a scenario that is sound.
pub fn game(scenario: &Scenario) -> Game {
    let Scenario { params, world, agents, run, .. } = scenario;
    let audit = scenario.audit.unwrap_or_default();
    let entering = agents.iter().map(|group| group.count as usize).sum();
    let sponsored = world.sponsor.saturating_mul(run.horizon.into());
    Game {
        params: *params,
        world: *world,
        audit,
        endowments: (sponsored, endowment(scenario).unwrap_or(Balance::MAX)),
        entering,
        players: entering + scenario.incumbents().len(),
        kinds: world.weight.grid(audit.steps).unwrap_or_default(),
    }
}

impl Game {
    /// All that can be given, whatever others do.
    pub(super) fn gifts(&self) -> Vec<Gift> {
        let amounts = self.amounts();
        let own = (To::Own, self.top());
        let several = |(accounts, parts)| {
            let good = amounts.iter().map(|amount| (To::Good, *amount));
            good.chain([own]).map(move |(to, amount)| Gift { to, accounts, parts, amount })
        };
        let fits = |gift: &Gift| {
            let calls = gift.accounts * gift.parts;
            let least = gift.amount / Balance::from(calls);
            least >= self.params.min_contribution || gift.amount == 0 && calls == 1
        };
        let Audit { identities, parts, .. } = self.audit;
        let ways = (1..=identities).flat_map(|accounts| (1..=parts).map(move |of| (accounts, of)));
        ways.flat_map(several).filter(fits).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// An equal part of the threshold, rounded up; without one, twice the highest weight.
    fn top(&self) -> Balance {
        let highest = self.kinds.iter().copied().max().unwrap_or(0);
        match self.params.kind {
            Kind::Assurance => self.params.threshold.div_ceil(self.players as Balance),
            Kind::Quadratic | Kind::Pairwise => highest.saturating_mul(2).min(MAX_AMOUNT),
        }
    }

    /// Multiples of a part of an amount, from nothing on.
    fn grid(&self, max: Balance) -> Vec<Balance> {
        Amounts::Uniform { uniform: Range { min: 0, max } }
            .grid(self.audit.amounts)
            .unwrap_or_default()
    }

    /// What gifts are made of. Under assurance whatever is most exact around a part and around all.
    fn amounts(&self) -> Vec<Balance> {
        let (top, all) = (self.top(), self.params.threshold);
        match self.params.kind {
            Kind::Assurance => {
                let mut around = vec![top - 1, top + 1, 2 * top, all - 1];
                around.retain(|amount| *amount <= all);
                [self.grid(top), self.grid(all), around].concat()
            }
            Kind::Quadratic | Kind::Pairwise => [self.grid(top), self.kinds.clone()].concat(),
        }
    }

    /// What an honest player gives: its weight; of a threshold an equal part, or the most of those
    /// less than that which the good is worth to it.
    pub(super) fn honest(&self, weight: Balance) -> Balance {
        match self.params.kind {
            Kind::Assurance => {
                let fits = self.params.min_contribution..=weight;
                let parts = self.grid(self.top()).into_iter();
                parts.filter(|part| fits.contains(part)).max().unwrap_or(0)
            }
            Kind::Quadratic | Kind::Pairwise => weight,
        }
    }

    /// The gift that a plan comes to if it does not depend on what others do.
    pub(super) fn gift(&self, plan: Plan, weight: Balance) -> Option<Gift> {
        let (accounts, amount) = match plan {
            Plan::Give(gift) => return Some(gift),
            Plan::Follow(Strategy::Colluding | Strategy::Late | Strategy::Adaptive) => return None,
            Plan::Follow(Strategy::FreeRiding) => (1, 0),
            Plan::Follow(strategy) => (accounts(strategy), self.honest(weight)),
        };
        Some(match amount / Balance::from(accounts) {
            0 => Gift::of(0),
            part => Gift { accounts, ..Gift::of(part * Balance::from(accounts)) },
        })
    }

    /// A plan in words.
    pub(super) fn named(&self, plan: Plan) -> String {
        let Gift { to, accounts, parts, amount } = match plan {
            Plan::Follow(strategy) => return strategy.name().into(),
            Plan::Give(gift) => gift,
        };
        let name = match (to, self.params.kind) {
            _ if amount == 0 => "nothing".into(),
            (To::Own, _) if parts > 1 => format!("fund {parts} projects of its own with {amount}"),
            (To::Own, _) => format!("fund a project of its own with {amount}"),
            (_, Kind::Assurance) => format!("pledge {amount}"),
            _ => format!("contribute {amount}"),
        };
        let apart = to == To::Good && parts > 1;
        let apart = if apart { format!(" in {parts} parts") } else { String::new() };
        let from = if accounts > 1 { format!(" from {accounts} accounts") } else { String::new() };
        format!("{name}{apart}{from}")
    }

    /// What a good is worth to all less what it costs: at best `(sum_i sqrt(w_i))^2`, with every
    /// product of two roots rounded down; or the sum of all weights less the cost. In every round.
    pub(super) fn most(&self, weights: &[Balance]) -> Option<i128> {
        self.most_of_one(weights)?.checked_mul(self.audit.rounds.into())
    }

    fn most_of_one(&self, weights: &[Balance]) -> Option<i128> {
        let all: Balance = weights.iter().sum();
        if self.params.kind == Kind::Assurance {
            return Some(all.saturating_sub(self.cost()) as i128);
        }
        let twice = |(at, one): (usize, &Balance)| {
            let others = weights[..at].iter();
            let root = |other: &Balance| (BigUint::from(4 * one) * *other).sqrt();
            others.map(root).sum::<BigUint>()
        };
        let roots: BigUint = weights.iter().enumerate().map(twice).sum();
        i128::try_from(roots + all).ok()
    }
}
