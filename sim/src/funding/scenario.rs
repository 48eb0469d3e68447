//! What a funding scenario says beside the parameters: the world, and the strategies.

use carrots::play::{Group, expect_blocks};
use carrots::scenario::{Amounts, Invalid, Range, Tail, expect};
use carrots::strategies;
use carrots_kernel::{Balance, Perbill};
use carrots_logic::funding::{Kind, MAX_AMOUNT, Params};
use serde::{Deserialize, Serialize};

/// A funding scenario.
pub type Scenario = carrots::scenario::Scenario<Params, World, Group<Strategy>, Audit>;

/// The most public goods: an agent's interests are the bits of a number.
const GOODS_MAX: u32 = 64;
/// Accounts over which a sybil spreads what it gives.
pub const SYBILS: u32 = 4;
/// The most tokens in a run: the roots of all amounts are exact to 16 binary digits.
const TOKENS_MAX: Balance = 1 << 96;

/// What the rules do not know.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// Tokens that a sponsor adds to the pool in every round.
    #[serde(with = "carrots_kernel::text::amount")]
    pub sponsor: Balance,
    /// Public goods that are proposed in every round.
    pub goods: u32,
    /// How many of them an agent values; which ones is drawn by chance, once.
    pub interests: u32,
    /// How much an agent values each of them, drawn once: with weight `w`, a good that is funded
    /// with `F` is worth `2 sqrt(w F)` to it; a good that needs its threshold is worth `w`.
    pub weight: Amounts,
    /// The part of what an owner is paid that the good costs it, rounded up; the rest it keeps. All of it
    /// but for goods that need a threshold.
    #[serde(default = "Perbill::one", with = "carrots_kernel::text::fraction")]
    pub cost: Perbill,
}

strategies! {
    /// contributes its weight, at which one more token is worth a token; pledges its part
    Honest = "honest",
    /// gives nothing, and enjoys what others fund
    FreeRiding = "free_riding",
    /// contributes what an honest agent would, from four accounts
    Sybil = "sybil",
    /// proposes a project of its own, and contributes all it has to those of all colluding agents
    Colluding = "colluding",
    /// assurance: waits until others have pledged, and pledges what is missing if that pays
    Late = "late",
    /// does what paid best lately: contributes its weight, half of it or nothing
    Adaptive = "adaptive",
}

/// The part of a scenario that is audited.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// People who value the good.
    pub players: u32,
    /// Weights that are drawn differ by this part of the range of `world.weight`.
    pub steps: u32,
    /// What is given are multiples of this part of twice the highest weight; under assurance, of an
    /// equal part of the threshold, and of all of it.
    pub amounts: u32,
    /// The most accounts that a player may give from.
    pub identities: u32,
    /// The most parts in which each of them may give, or projects of its own that it may give to.
    pub parts: u32,
    /// Rounds, one after the other. Players do the same in each; a good of each is worth something.
    pub rounds: u32,
    /// Whether this is what is audited.
    #[serde(skip)]
    pub(super) audited: bool,
}

impl Default for Audit {
    fn default() -> Self {
        Self {
            players: 3,
            steps: 5,
            amounts: 10,
            identities: 1,
            parts: 1,
            rounds: 1,
            audited: false,
        }
    }
}

/// Says what is wrong with a scenario.
pub fn check(scenario: &Scenario) -> Result<(), Invalid> {
    let Scenario { params, world, agents, run, .. } = scenario;
    let assurance = params.kind == Kind::Assurance;
    let expected = format!("1 to {GOODS_MAX} goods");
    expect((1..=GOODS_MAX).contains(&world.goods), "world.goods", expected)?;
    let expected = format!("1 to world.goods = {}", world.goods);
    expect((1..=world.goods).contains(&world.interests), "world.interests", expected)?;
    let sound = world.weight.check();
    expect(sound.is_ok(), "world.weight", sound.err().unwrap_or_default())?;
    let least = if assurance { 1 } else { params.min_contribution };
    let expected = format!("at least {least}, the least contribution");
    expect(lowest(&world.weight) >= least, "world.weight", expected)?;
    let expected = "at most 2^94, the most that one can contribute";
    expect(world.weight.max() <= MAX_AMOUNT, "world.weight", expected)?;
    let expected = "no sponsor: assurance contracts have no pool";
    expect(!assurance || world.sponsor == 0, "world.sponsor", expected)?;
    let expected = "1: without a threshold a good can take all that there is";
    expect(assurance || world.cost == Perbill::one(), "world.cost", expected)?;
    for (group, at) in agents.iter().zip(0..) {
        let fits = assurance || group.strategy != Strategy::Late;
        let expected = "a strategy other than late, which waits for a threshold";
        expect(fits, &format!("agents[{at}].strategy"), expected)?;
    }
    let late = scenario.incumbents_with(|one| one == Strategy::Late);
    let expected = "no account that goes on with late, which waits for a threshold";
    expect(assurance || late == 0, "state.accounts", expected)?;
    check_places(scenario)?;
    check_sums(scenario)?;
    let most = u64::from(scenario.blocks_left()) / u64::from(params.round_blocks);
    expect_blocks(run.horizon, most, "rounds")
}

/// Pairs have places for all who contribute as they should.
fn check_places(scenario: &Scenario) -> Result<(), Invalid> {
    let Scenario { params, world, agents, .. } = scenario;
    let accounts = agents.iter().filter(|group| group.strategy != Strategy::Colluding);
    let accounts: u64 = accounts
        .map(|group| u64::from(group.count) * u64::from(self::accounts(group.strategy)))
        .sum();
    let accounts = accounts + scenario.incumbents_with(|one| one != Strategy::Colluding);
    let places = u64::from(params.max_contributors) * u64::from(world.goods);
    let expected = format!("places for the {accounts} accounts of `agents` with their interests");
    let fits = accounts * u64::from(world.interests) <= places;
    expect(fits || params.kind != Kind::Pairwise, "params.max_contributors", expected)
}

/// All tokens, and all that goods are worth, have to fit.
fn check_sums(scenario: &Scenario) -> Result<(), Invalid> {
    let Scenario { world, run, .. } = scenario;
    let rounds = Balance::from(run.horizon);
    let sponsored = world.sponsor.checked_mul(rounds);
    let owned = endowment(scenario).and_then(|each| each.checked_mul(world.goods.into()));
    let sum =
        sponsored.zip(owned).and_then(|(a, b)| scenario.tokens().checked_add(a)?.checked_add(b));
    let expected = "at most 2^96 for all stakes, sponsors and deposits together";
    expect(sum.is_some_and(|sum| sum <= TOKENS_MAX), "world.sponsor", expected)?;
    // A good is worth `2 sqrt(w F)` at most, and so `w + F`; and never more tokens than there are.
    let worth = sum.and_then(|sum| sum.checked_add(world.weight.max()));
    let worth = worth.and_then(|most| most.checked_mul(world.goods.into())?.checked_mul(rounds));
    let expected = "a worth of all goods in all rounds of at most 2^127";
    expect(worth.is_some_and(|worth| worth < 1 << 127), "run.horizon", expected)
}

/// What the owner of a good has at the start: its deposit, and a reserve for every round.
pub fn endowment(scenario: &Scenario) -> Option<Balance> {
    let Scenario { params, run, .. } = scenario;
    let reserve = params.price() - params.deposit;
    reserve.checked_mul(run.horizon.into())?.checked_add(params.deposit)
}

fn lowest(amounts: &Amounts) -> Balance {
    match *amounts {
        Amounts::Fixed(amount) => amount,
        Amounts::Uniform { uniform: Range { min, .. } } => min,
        Amounts::Pareto { pareto: Tail { min, .. } } => min,
    }
}

/// How many accounts an agent has.
pub fn accounts(strategy: Strategy) -> u32 {
    if strategy == Strategy::Sybil { SYBILS } else { 1 }
}

/// What an agent has to have for the least that it gives.
pub fn least_stake(params: &Params, strategy: Strategy) -> Balance {
    match strategy {
        Strategy::FreeRiding => 0,
        Strategy::Colluding => params.price().saturating_add(params.min_contribution),
        gives => params.min_contribution.saturating_mul(accounts(gives).into()),
    }
}

/// What no run depends on: the parameters of other kinds.
pub fn unused(scenario: &Scenario) -> Vec<&'static str> {
    let (pairwise, assurance) = (
        ["params.max_contributors", "params.pairwise_bound"],
        ["params.threshold", "params.bonus"],
    );
    match scenario.params.kind {
        Kind::Quadratic => [pairwise, assurance].concat(),
        Kind::Pairwise => assurance.to_vec(),
        Kind::Assurance => pairwise.to_vec(),
    }
}
