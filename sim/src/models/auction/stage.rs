//! One auction as a game: bidders of private values decide what to bid, and what to reveal.

use super::play::{Scenario, Strategy, World};
use super::{Auction, Op, SELLER};
use crate::games::exact::{Rational, whole};
use crate::models::{Agent, Instance, hash};
use crate::play::{Wrong, expect};
use crate::stage::{self, Course, Decision, Seat, TOKENS_MAX, Type};
use crate::state::State;
use carrots_logic::Balance;
use carrots_logic::auction::{Award, Db, Kind, Params, Values};
use carrots_logic::sealed::Hash;
use num_traits::{Signed, Zero};
use scale::Encode;
use serde::{Deserialize, Serialize};

/// The part of a scenario that is audited.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// Bidders; zero for those of the scenario.
    pub bidders: u32,
    /// Values that are drawn, and bids, are multiples of this part of the highest value.
    pub steps: u32,
    /// Accounts that a bidder may bid from: one or two.
    pub identities: u32,
    /// Whether it decides to reveal as well.
    pub withholding: bool,
}

impl Default for Audit {
    fn default() -> Self {
        Self { bidders: 0, steps: 10, identities: 1, withholding: false }
    }
}

/// What a bidder bids from each of its accounts; nothing for an account that stays out.
type Bids = [Values; 2];

/// An auction as a game.
pub struct Stage {
    params: Params,
    world: World,
    audit: Audit,
    strategy: Strategy,
    /// The values that each bidder can have.
    kinds: Vec<Vec<Balance>>,
    options: Vec<Bids>,
    /// The commitments to an option's bids, by account of a bidder and option.
    sealed: Vec<Vec<Hash>>,
    /// The intended option, by bidder and value.
    intended: Vec<Vec<usize>>,
    /// What a bidder has.
    wallet: Balance,
    state: Option<State>,
    /// The number of the round, and what the seller had before it.
    round: u32,
    seller: Balance,
}

impl Stage {
    /// The game of a scenario whose other parts are sound.
    pub fn new(scenario: &Scenario) -> Result<Self, Wrong> {
        let Scenario { params, world, intended, .. } = scenario;
        let audit = scenario.audit.unwrap_or_default();
        let agents: u32 = scenario.agents.iter().map(|group| group.count).sum();
        let bidders = if audit.bidders == 0 { agents } else { audit.bidders };
        let room = params.max_bidders / audit.identities.max(1);
        expect((1..=room).contains(&bidders), "audit.bidders", format!("1 to {room} bidders"))?;
        expect((1..=1000).contains(&audit.steps), "audit.steps", "1 to 1,000 steps")?;
        let one_or_two = (1..=2).contains(&audit.identities);
        expect(one_or_two, "audit.identities", "one account or two")?;
        let strategy = match intended.strategy.as_str() {
            "truthful" => Strategy::Truthful,
            "shading" => Strategy::Shading,
            "demand_reduction" => Strategy::DemandReduction,
            _ => {
                let expected = "truthful, shading or demand_reduction to be audited";
                return Err(Wrong { key: "intended.strategy".into(), expected: expected.into() });
            }
        };
        let kinds = (0..bidders as usize)
            .map(|bidder| world.values[bidder % world.values.len()].grid(audit.steps))
            .collect::<Option<Vec<_>>>();
        let Some(kinds) = kinds else {
            let expected = "amounts or uniform distributions to be audited";
            return Err(Wrong { key: "world.values".into(), expected: expected.into() });
        };
        let mut stage = Self {
            params: *params,
            world: world.clone(),
            audit,
            strategy,
            kinds,
            options: Vec::new(),
            sealed: Vec::new(),
            intended: Vec::new(),
            wallet: 0,
            state: scenario.state.clone(),
            round: 0,
            seller: 0,
        };
        stage.offer();
        stage.seal();
        let all = stage.wallet.checked_mul(bidders.into());
        let few = all.is_some_and(|all| all <= TOKENS_MAX);
        expect(few, "world.values", "at most 2^112 for all bids and deposits to be audited")?;
        Ok(stage)
    }

    /// Lists what can be bid: every value of the grid, and what is intended.
    fn offer(&mut self) {
        let highest = self.kinds.iter().flatten().copied().max().unwrap_or(0);
        let steps = Balance::from(self.audit.steps).min(highest.max(1));
        let grid = (0..=steps).map(|step| highest / steps * step + highest % steps * step / steps);
        let mut bids: Vec<Values> = Vec::new();
        for value in grid {
            let values = self.values(value);
            bids.push(values);
            if self.params.kind == Kind::UniformPrice {
                bids.push(first_only(values));
            }
        }
        let wanted = self.kinds.iter().flatten().map(|value| self.bid(*value));
        bids.extend(wanted.collect::<Vec<_>>());
        bids.sort();
        bids.dedup();
        self.options = bids.iter().map(|bid| [*bid, Values::default()]).collect();
        if self.audit.identities == 2 {
            let two = bids.iter().flat_map(|one| bids.iter().map(move |other| [*one, *other]));
            self.options.extend(two.filter(|[_, other]| *other != Values::default()));
        }
        let place = |bids: Bids| self.options.iter().position(|option| *option == bids);
        let intended = |value: &Balance| place([self.bid(*value), Values::default()]).unwrap_or(0);
        self.intended =
            self.kinds.iter().map(|kinds| kinds.iter().map(intended).collect()).collect();
        let cost =
            |values: &Values| self.params.cost_max(values).saturating_add(self.params.deposit);
        self.wallet = self.options.iter().flatten().map(cost).max().unwrap_or(0);
    }

    /// Seals every option's bids for every account.
    fn seal(&mut self) {
        let start = stage::start(self);
        (self.round, self.seller) = (start.db.state().rounds, start.wealth(SELLER));
        let seal = |account: usize, bids: &Bids| {
            let who = 2 + account as Agent;
            let values = bids[account % self.audit.identities as usize];
            start.db.seal(who, self.round, &values, &salt(who))
        };
        let accounts = self.kinds.len() * self.audit.identities as usize;
        let sealed = |account| self.options.iter().map(|bids| seal(account, bids)).collect();
        self.sealed = (0..accounts).map(sealed).collect();
    }

    /// What the items are worth to a bidder that draws `value`.
    fn values(&self, value: Balance) -> Values {
        let mut values = Values::default();
        for (item, weight) in values.iter_mut().zip(&self.world.weights) {
            *item = value * Balance::from(*weight);
        }
        values
    }

    /// What a bidder is to bid.
    fn bid(&self, value: Balance) -> Values {
        let values = self.values(value);
        match self.strategy {
            Strategy::Shading => {
                let n = self.kinds.len() as Balance;
                let least = self.params.reserve_price.max(1);
                values.map(|value| (value * (n - 1) / n).max(least.min(value)))
            }
            Strategy::DemandReduction => first_only(values),
            _ => values,
        }
    }

    fn account(&self, bidder: usize, identity: usize) -> Agent {
        2 + (bidder * self.audit.identities as usize + identity) as Agent
    }

    fn commit(&self, course: &mut Course<Auction>, bidder: usize, option: usize) {
        for (identity, values) in self.options[option].iter().enumerate() {
            if self.params.cost_max(values) > 0 {
                let who = self.account(bidder, identity);
                let commitment = self.sealed[who as usize - 2][option];
                course.call(who, self.params.deposit, Op::Commit { commitment });
            }
        }
    }

    fn reveal(
        &self,
        course: &mut Course<Auction>,
        bidder: usize,
        option: usize,
        revealed: &mut Vec<Values>,
    ) {
        for (identity, values) in self.options[option].iter().enumerate() {
            let cost = self.params.cost_max(values);
            if cost == 0 {
                continue;
            }
            let opens = Decision {
                player: bidder,
                about: "reveal",
                sees: fingerprint(revealed),
                options: 2,
                intended: &|_| 0,
                name: &|option| ["reveal", "withhold"][option].into(),
            };
            let who = self.account(bidder, identity);
            if !self.audit.withholding || course.choose(opens) == 0 {
                course.call(who, cost, Op::Reveal { values: *values, salt: salt(who) });
                revealed.push(*values);
            }
        }
    }
}

impl stage::Stage for Stage {
    type Model = Auction;

    fn players(&self) -> Vec<Seat> {
        let accounts = |bidder| {
            (0..self.audit.identities as usize).map(|at| self.account(bidder, at)).collect()
        };
        let seat = |bidder| Seat { name: format!("bidder {bidder}"), accounts: accounts(bidder) };
        (0..self.kinds.len()).map(seat).collect()
    }

    fn types(&self, player: usize) -> Vec<Type> {
        let named = |value: &Balance| Type { name: format!("value {value}"), weight: 1 };
        self.kinds[player].iter().map(named).collect()
    }

    fn params(&self) -> Params {
        self.params
    }

    fn wallets(&self) -> Vec<Balance> {
        let accounts = self.kinds.len() * self.audit.identities as usize;
        [vec![0; 2], vec![self.wallet; accounts]].concat()
    }

    fn state(&self) -> Option<&State> {
        self.state.as_ref()
    }

    fn play(&self, course: &mut Course<Auction>) {
        course.call(SELLER, 0, Op::Open {});
        let mut chosen = Vec::with_capacity(self.kinds.len());
        for bidder in 0..self.kinds.len() {
            let option = course.choose(Decision {
                player: bidder,
                about: "bid",
                sees: 0,
                options: self.options.len(),
                intended: &|kind| self.intended[bidder][kind],
                name: &|option| self.name(option),
            });
            self.commit(course, bidder, option);
            chosen.push(option);
        }
        course.advance(self.params.commit_blocks);
        let mut revealed = Vec::with_capacity(chosen.len());
        for (bidder, option) in chosen.iter().enumerate() {
            self.reveal(course, bidder, *option, &mut revealed);
        }
        course.advance(self.params.reveal_blocks);
        course.call(SELLER, 0, Op::Settle {});
    }

    fn worth(&self, player: usize, kind: usize, end: &Instance<Auction>) -> i128 {
        let values = self.values(self.kinds[player][kind]);
        let accounts = self.audit.identities as Agent;
        let own = self.account(player, 0)..self.account(player, 0) + accounts;
        let won = |item: &usize| {
            let award = end.db.award(self.round, *item as u32);
            award.is_some_and(|Award { winner, .. }| own.contains(&winner))
        };
        let won = (0..self.params.items as usize).filter(won);
        let worth: Balance = match self.params.kind {
            // One item is all that a bidder wants.
            Kind::Vcg => won.map(|item| values[item]).max().unwrap_or(0),
            _ => values.iter().take(won.count()).sum(),
        };
        worth as i128
    }

    fn alike(&self) -> bool {
        !self.audit.withholding && self.kinds.iter().all(|kinds| *kinds == self.kinds[0])
    }

    fn out(&self, _player: usize) -> Option<usize> {
        self.options.iter().position(|bids| *bids == Bids::default())
    }

    fn identities(&self, _player: usize, option: usize) -> u32 {
        if self.options[option][1] == Values::default() { 1 } else { 2 }
    }

    fn welfare_max(&self, types: &[usize]) -> Option<i128> {
        let one = |(bidder, kind): (usize, &usize)| self.values(self.kinds[bidder][*kind]);
        let values: Vec<Values> = types.iter().enumerate().map(one).collect();
        let items = self.params.items as usize;
        let most = match self.params.kind {
            Kind::Vcg => assignment(&values, items),
            _ => {
                let mut units: Vec<Balance> = values.concat();
                units.sort_by(|one, next| next.cmp(one));
                units.iter().take(items).sum()
            }
        };
        Some(most as i128)
    }

    fn revenue(&self, end: &Instance<Auction>) -> Option<Balance> {
        Some(end.wealth(SELLER) - self.seller)
    }

    /// For one item, where virtual values rise with values (Myerson 1981): the highest of them that
    /// is not below zero, in expectation. A virtual value is `v - (next - v) P(above v) / P(v)`.
    fn revenue_optimal(&self) -> Option<Rational> {
        if self.params.items != 1 {
            return None;
        }
        let virtuals: Vec<Vec<Rational>> =
            self.kinds.iter().map(|kinds| virtual_values(kinds)).collect::<Option<_>>()?;
        let mut all: Vec<Rational> = virtuals.concat();
        all.push(Rational::zero());
        all.retain(|value| !value.is_negative());
        all.sort();
        all.dedup();
        // The chance that every bidder's is at most so much.
        let at_most = |most: &Rational| {
            let share = |one: &Vec<Rational>| {
                let below = one.iter().filter(|value| *value <= most).count();
                Rational::new(below.into(), one.len().into())
            };
            virtuals.iter().map(share).product::<Rational>()
        };
        let (mut expected, mut before) = (Rational::zero(), Rational::zero());
        for value in all {
            let now = at_most(&value);
            expected += &value * (&now - before);
            before = now;
        }
        Some(expected)
    }

    /// Every item at the highest bid for it.
    fn revenue_max(&self, decided: &[usize]) -> Option<Balance> {
        let bids: Vec<Values> = decided.iter().flat_map(|option| self.options[*option]).collect();
        let items = self.params.items as usize;
        Some(match self.params.kind {
            Kind::Vcg => assignment(&bids, items),
            _ => {
                let mut units: Vec<Balance> = bids.concat();
                units.sort_by(|one, next| next.cmp(one));
                units.iter().take(items).sum()
            }
        })
    }
}

impl Stage {
    fn name(&self, option: usize) -> String {
        let one = |values: &Values| match self.params.kind {
            Kind::FirstPrice | Kind::SecondPrice => values[0].to_string(),
            _ => format!("{:?}", &values[..self.params.items as usize]),
        };
        match self.options[option] {
            [one, other] if one == Values::default() && other == one => "no bid".into(),
            [first, other] if other == Values::default() => format!("bid {}", one(&first)),
            [first, other] => format!("bid {} and {}", one(&first), one(&other)),
        }
    }
}

/// The virtual values of values that are equally likely, if they rise.
fn virtual_values(values: &[Balance]) -> Option<Vec<Rational>> {
    let virtual_value = |(at, value): (usize, &Balance)| {
        let next = values.get(at + 1).unwrap_or(value);
        let above = (values.len() - 1 - at) as i128;
        whole(*value as i128) - whole((next - value) as i128 * above)
    };
    let all: Vec<Rational> = values.iter().enumerate().map(virtual_value).collect();
    all.is_sorted().then_some(all)
}

/// The same bid for the first unit alone.
fn first_only(values: Values) -> Values {
    let mut first = Values::default();
    first[0] = values[0];
    first
}

/// The most that items are worth, an item for each bidder at most: by trying every assignment, item
/// by item, to sets of bidders of whom only the `items` best for each item matter.
fn assignment(values: &[Values], items: usize) -> Balance {
    fn best(values: &[Values], item: usize, items: usize, taken: &mut Vec<usize>) -> Balance {
        if item == items {
            return 0;
        }
        let mut bidders: Vec<usize> = (0..values.len()).filter(|at| !taken.contains(at)).collect();
        bidders.sort_by(|one, next| values[*next][item].cmp(&values[*one][item]));
        bidders.truncate(items);
        let mut most = best(values, item + 1, items, taken);
        for bidder in bidders {
            taken.push(bidder);
            most = most.max(values[bidder][item] + best(values, item + 1, items, taken));
            taken.pop();
        }
        most
    }
    best(values, 0, items, &mut Vec::new())
}

fn salt(who: Agent) -> [u8; 32] {
    let mut salt = [0; 32];
    salt[..4].copy_from_slice(&who.to_le_bytes());
    salt
}

/// A number for what was seen.
fn fingerprint(seen: &impl Encode) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&seen.using_encoded(hash)[..8]);
    u64::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Document;
    use crate::stage::{Answers, Stage as _, payoff, run, start};

    fn stage(set: &[&str]) -> Stage {
        let text = include_str!("../../../scenarios/auction-second-price.toml");
        let set: Vec<String> = set.iter().map(|set| set.to_string()).collect();
        let document = Document::parse("test".into(), text.into(), &set).expect("it is TOML");
        Stage::new(&document.scenario().expect("it is a scenario")).expect("it is a game")
    }

    /// What everyone gets if these values bid as intended, or as given.
    fn payoffs(stage: &Stage, types: &[usize], given: &[Option<usize>]) -> Vec<i128> {
        let mut answers = Answers::new(types, given);
        let start = start(stage);
        let end = run(stage, &start, &mut answers);
        let seats = stage.players();
        (0..types.len()).map(|at| payoff(stage, &seats[at], at, types[at], &start, &end)).collect()
    }

    #[test]
    fn the_second_price_is_paid() {
        let stage =
            stage(&["audit={}", "audit.bidders=3", "world.values=[{uniform={min=0,max=10}}]"]);
        assert_eq!(payoffs(&stage, &[3, 9, 4], &[None; 3]), [0, 5, 0]);
        assert_eq!(payoffs(&stage, &[3, 9, 9], &[None; 3]), [0, 0, 0]);
        assert_eq!(payoffs(&stage, &[3, 9, 4], &[Some(10), None, None]), [-6, 0, 0]);
        assert_eq!(stage.welfare_max(&[3, 9, 4]), Some(9));
    }
}
