//! What of an auction is audited: what bidders know, what they can bid, and benchmarks.

use super::scenario::{Audit, Scenario, Strategy, World, accounts};
use carrots::exact::{Rational, whole};
use carrots::model::hash;
use carrots::play::Group;
use carrots::scenario::{Amounts, Invalid, Run, expect};
use carrots::scene::TOKENS_MAX;
use carrots_kernel::Balance;
use carrots_logic::auction::{Kind, Params, Values};
use num_traits::{Signed, Zero};
use scale::Encode;

/// The most options of a bidder.
const OPTIONS_MAX: usize = 20_000;
/// The most rounds.
const ROUNDS_MAX: u32 = 100;

/// What a bidder bids from each of its accounts; nothing for an account that stays out.
pub type Bids = [Values; 2];

/// What a bidder does: what its strategy says, or bids that do not depend on anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Plan {
    pub(super) strategy: Strategy,
    pub(super) bids: Option<Bids>,
    pub(super) opens: Opens,
}

/// What of its bids a bidder opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Opens {
    /// All of them, or what its strategy says.
    All,
    /// When all others have, those that are best for it then.
    Best,
}

impl Plan {
    fn of(bids: Bids, opens: Opens) -> Self {
        Self { strategy: Strategy::Truthful, bids: Some(bids), opens }
    }

    pub(super) fn accounts(self) -> u32 {
        match self.bids {
            Some([_, other]) if other != Values::default() => 2,
            _ => accounts(self.strategy),
        }
    }

    /// Whether it opens its bids after those who do not wait for anybody.
    pub(super) fn opens_last(self) -> bool {
        self.strategy == Strategy::Withholding || self.opens == Opens::Best
    }
}

/// Auctions in play.
pub struct Game {
    pub(super) params: Params,
    pub(super) world: World,
    pub(super) audit: Audit,
    /// Bidders who enter; those who are there already come after them.
    pub(super) entering: usize,
    /// What everybody may know, where it is audited.
    pub(super) kinds: Vec<Vec<Balance>>,
}

/// The auction that is audited, as a scenario: a round or some, of bidders who can pay any bid.
pub fn audited(scenario: &Scenario) -> Result<Scenario, Invalid> {
    let Scenario { params, world, intended, .. } = scenario;
    let audit = scenario.audit.unwrap_or_default();
    let agents: u32 = scenario.agents.iter().map(|group| group.count).sum();
    let bidders = if audit.bidders == 0 { agents } else { audit.bidders };
    let room = params.max_bidders / audit.identities.max(1);
    expect((1..=room).contains(&bidders), "audit.bidders", format!("1 to {room} bidders"))?;
    expect((1..=1000).contains(&audit.steps), "audit.steps", "1 to 1,000 steps")?;
    let one_or_two = (1..=2).contains(&audit.identities);
    expect(one_or_two, "audit.identities", "one account or two")?;
    let few = (1..=ROUNDS_MAX).contains(&audit.rounds);
    expect(few, "audit.rounds", format!("1 to {ROUNDS_MAX} rounds"))?;
    let once = audit.rounds == 1 || !audit.withholding;
    expect(once, "audit.rounds", "one round where withholding is decided")?;
    let strategy = match intended.strategy.as_str() {
        "truthful" => Strategy::Truthful,
        "shading" => Strategy::Shading,
        "demand_reduction" => Strategy::DemandReduction,
        _ => {
            let expected = "truthful, shading or demand_reduction to be audited";
            return Err(Invalid { key: "intended.strategy".into(), expected: expected.into() });
        }
    };
    let sound = world.values.iter().all(|values| values.grid(audit.steps).is_some());
    expect(sound, "world.values", "amounts or uniform distributions to be audited")?;
    let group = Group { strategy, count: bidders, stake: Amounts::Fixed(0) };
    let mut scene = Scenario {
        agents: vec![group],
        run: Run { horizon: audit.rounds, ..scenario.run },
        audit: Some(Audit { bidders, ..audit }),
        ..scenario.clone()
    };
    let game = game(&scene);
    let many = game.options_len() <= OPTIONS_MAX as u128;
    expect(many, "audit.steps", format!("at most {OPTIONS_MAX} bids to be audited"))?;
    let cost = |values: &Values| params.cost_max(values).saturating_add(params.deposit);
    let bids = game.menu().into_iter().filter_map(|plan| plan.bids).flatten();
    let wallet = bids.map(|bid| cost(&bid)).max().unwrap_or(0);
    let wallet = wallet.saturating_mul(audit.rounds.into());
    let all = wallet.checked_mul(2).and_then(|two| two.checked_mul(bidders.into()));
    let few = all.is_some_and(|all| all <= TOKENS_MAX);
    expect(few, "world.values", "at most 2^112 for all bids and deposits to be audited")?;
    scene.agents[0].stake = Amounts::Fixed(wallet);
    Ok(scene)
}

/// The auctions of a scenario that is sound.
pub fn game(scenario: &Scenario) -> Game {
    let audit = scenario.audit.unwrap_or_default();
    let agents: u32 = scenario.agents.iter().map(|group| group.count).sum();
    let there = scenario.incumbents().len();
    let kinds = |bidder: usize| {
        let values = &scenario.world.values;
        values[bidder % values.len()].grid(audit.steps).unwrap_or_default()
    };
    let bidders = if scenario.audit.is_some() { agents as usize + there } else { 0 };
    Game {
        params: scenario.params,
        world: scenario.world.clone(),
        audit,
        entering: agents as usize,
        kinds: (0..bidders).map(kinds).collect(),
    }
}

impl Game {
    /// The amounts that bids are made of: every value of the grid, and what is intended.
    fn amounts(&self) -> Vec<Balance> {
        let highest = self.kinds.iter().flatten().copied().max().unwrap_or(0);
        let steps = Balance::from(self.audit.steps).min(highest.max(1));
        let grid = (0..=steps).map(|step| highest / steps * step + highest % steps * step / steps);
        grid.collect()
    }

    /// What can be bid from one account. Under the uniform price any amounts that do not rise; else
    /// what the items would be worth at an amount for one.
    fn single_bids(&self) -> Vec<Values> {
        let amounts = self.amounts();
        let units = self.world.weights.len().min(self.params.items as usize);
        let mut bids: Vec<Values> = match self.params.kind {
            Kind::UniformPrice => falling(&self.unit_amounts(), units),
            _ => amounts.iter().map(|amount| self.values(*amount)).collect(),
        };
        let strategies = [Strategy::Truthful, Strategy::Shading, Strategy::DemandReduction];
        for kind in self.kinds.iter().flatten() {
            for strategy in strategies {
                bids.push(self.bids(strategy, self.values(*kind), self.kinds.len())[0]);
            }
        }
        bids.sort();
        bids.dedup();
        bids
    }

    /// What a unit can be bid: every amount of the grid times every weight.
    fn unit_amounts(&self) -> Vec<Balance> {
        let times = |weight: &u32| {
            let weight = Balance::from(*weight);
            self.amounts().into_iter().map(move |amount| amount * weight).collect::<Vec<_>>()
        };
        let mut all: Vec<Balance> = self.world.weights.iter().flat_map(times).collect();
        all.push(0);
        all.sort();
        all.dedup();
        all
    }

    /// How many options there are, about, before they are listed.
    fn options_len(&self) -> u128 {
        let units = self.world.weights.len().min(self.params.items as usize);
        let single = match self.params.kind {
            Kind::UniformPrice => {
                let amounts = self.unit_amounts().len() as u128;
                (0..units as u128).fold(1, |all: u128, k| all.saturating_mul(amounts + k) / (k + 1))
            }
            _ => self.amounts().len() as u128,
        };
        if self.audit.identities == 2 || self.audit.withholding {
            single.saturating_mul(single)
        } else {
            single
        }
    }

    /// All that can be bid, whatever others do.
    pub(super) fn menu(&self) -> Vec<Plan> {
        let (none, bids) = (Values::default(), self.single_bids());
        let mut plans: Vec<Plan> =
            bids.iter().map(|bid| Plan::of([*bid, none], Opens::All)).collect();
        let others = if self.audit.identities == 2 { &bids[..] } else { &[none] };
        for one in bids.iter().filter(|one| **one != none) {
            for other in others {
                if *other != none {
                    plans.push(Plan::of([*one, *other], Opens::All));
                }
                if self.audit.withholding {
                    plans.push(Plan::of([*one, *other], Opens::Best));
                }
            }
        }
        plans
    }

    /// What a plan comes to if it does not depend on what others do.
    pub(super) fn fixed_bids(&self, plan: Plan, kind: Balance) -> Option<Plan> {
        let reacts = matches!(
            plan.strategy,
            Strategy::Sniping | Strategy::Withholding | Strategy::Ring | Strategy::Adaptive
        );
        match plan.bids {
            Some(_) => (plan.opens == Opens::All).then_some(plan),
            None if reacts => None,
            None => {
                let bids = self.bids(plan.strategy, self.values(kind), self.kinds.len());
                Some(Plan::of(bids, Opens::All))
            }
        }
    }

    /// A plan in words.
    pub(super) fn named(&self, plan: Plan) -> String {
        let Some([first, other]) = plan.bids else {
            return carrots::play::Strategies::name(plan.strategy).into();
        };
        let none = Values::default();
        let one = |values: &Values| match self.params.kind {
            Kind::FirstPrice | Kind::SecondPrice => values[0].to_string(),
            _ => format!("{:?}", &values[..self.params.items as usize]),
        };
        let bids = match (first == none, other == none) {
            (true, true) => "no bid".into(),
            (_, true) => format!("bid {}", one(&first)),
            _ => format!("bid {} and {}", one(&first), one(&other)),
        };
        match plan.opens {
            Opens::All => bids,
            Opens::Best => format!("{bids}, and open last what is best then"),
        }
    }

    /// The most that items are worth by these values, or bids, without regard to any price.
    pub(super) fn most(&self, values: &[Values]) -> Balance {
        let items = self.params.items as usize;
        if self.params.kind.assigns() {
            return assignment(values, items);
        }
        let mut units: Vec<Balance> = values.concat();
        units.sort_by(|one, next| next.cmp(one));
        units.iter().take(items).sum()
    }
}

/// All lists of up to so many of these amounts that do not rise.
fn falling(amounts: &[Balance], units: usize) -> Vec<Values> {
    let mut all = vec![Values::default()];
    for unit in 0..units {
        let more = |values: &Values| {
            let before = if unit == 0 { Balance::MAX } else { values[unit - 1] };
            let with = |amount: &Balance| {
                let mut values = *values;
                values[unit] = *amount;
                values
            };
            amounts.iter().filter(|one| **one <= before).map(with).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(more).collect();
    }
    all
}

/// For one item, where virtual values rise with values (Myerson 1981): the highest of them that
/// is not below zero, in expectation. A virtual value is `v - (next - v) P(above v) / P(v)`.
pub fn myerson(kinds: &[Vec<Balance>]) -> Option<Rational> {
    let virtuals: Vec<Vec<Rational>> =
        kinds.iter().map(|kinds| virtual_values(kinds)).collect::<Option<_>>()?;
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

/// The most that items are worth, an item for each bidder at most: by trying every assignment, item
/// by item, to sets of bidders of whom only the `items` best for each item matter.
pub fn assignment(values: &[Values], items: usize) -> Balance {
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

/// A number for what was seen.
pub fn fingerprint(seen: &impl Encode) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&seen.using_encoded(hash)[..8]);
    u64::from_le_bytes(bytes)
}
