//! What an oracle scenario says beside the parameters: the world, and the strategies.

use super::Oracle;
use carrots::play::{Answers, Endowment, Group, expect_blocks, expect_chance};
use carrots::scenario::{Invalid, expect};
use carrots::strategies;
use carrots_kernel::math::part_down;
use carrots_kernel::{Balance, Perbill};
use carrots_logic::oracle::{Block, Kind, Outcome, Params, UNANSWERABLE};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// The most questions in one run.
const QUESTIONS_MAX: u64 = 10_000_000;
/// Accounts over which a splitting agent spreads its stake.
pub const SPLITS: u32 = 4;

/// An oracle scenario.
pub type Scenario = carrots::scenario::Scenario<Params, World, Group<Strategy>, Audit>;

/// What the rules do not know.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// What is asked, and what is true.
    pub truth: Truth,
    /// Questions that are asked in a round.
    pub questions: u32,
    /// The chance that a juror's effort finds the truth.
    pub accuracy: f64,
    /// What the effort costs, for each seat in a jury.
    #[serde(with = "carrots_kernel::text::amount")]
    pub effort_cost: Balance,
    /// What a briber pays for each vote that is revealed for its lie.
    #[serde(with = "carrots_kernel::text::amount")]
    pub bribe: Balance,
    /// What it promises for each such vote in case that the lie does not win.
    #[serde(with = "carrots_kernel::text::amount")]
    pub promise: Balance,
    /// The chance that a wrong outcome is appealed, each time.
    pub appeal_rate: f64,
    /// The chance that a question has no answer.
    #[serde(default)]
    pub unanswerable: f64,
}

/// What is asked, and what is true.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Truth {
    /// One of some options.
    Choice {
        /// How many there are.
        options: u8,
        /// The chance that the first is the true one; else each other is as likely.
        first: f64,
    },
    /// A number that wanders, such as a price.
    Number {
        /// Where it starts.
        #[serde(with = "carrots_kernel::text::amount")]
        start: u128,
        /// How far it moves from one question to the next, at most, as a part of it.
        drift: f64,
        /// How far off one who finds the truth is, at most, as a part of it.
        noise: f64,
    },
}

strategies! {
    /// finds out the truth as well as it can and reports it
    Honest = "honest",
    /// spares the effort: reports the first option, or the last number that it knows
    Lazy = "lazy",
    /// copies another juror's commitment, and what it reveals
    Copying = "copying",
    /// reports a lie for a bribe that is paid on the vote
    Bribed = "bribed",
    /// reports a lie for a promise that is paid only if the lie does not win
    PEpsilon = "p_epsilon",
    /// honest, but keeps its answer back when it sees more reveals against it than with it
    Absent = "absent",
    /// honest, with its stake spread over four accounts
    StakeSplitting = "stake_splitting",
    /// does what paid best lately: honest, lazy or bribed
    Adaptive = "adaptive",
}

impl Truth {
    /// What a jury is asked.
    pub fn kind(&self) -> Kind {
        match *self {
            Truth::Choice { options, .. } => Kind::Choice { options },
            Truth::Number { .. } => Kind::Number,
        }
    }

    /// What is known before anything is asked.
    pub fn start(&self) -> u128 {
        match *self {
            Truth::Choice { .. } => 0,
            Truth::Number { start, .. } => start,
        }
    }

    /// The truth of the next question.
    pub fn next(
        &self,
        last: u128,
        answers: &mut impl Answers<Oracle>,
        world: &mut Endowment,
    ) -> u128 {
        match *self {
            Truth::Choice { first, .. } if answers.chance(world, first) => 0,
            Truth::Choice { options, .. } => other(0, options, answers, world),
            Truth::Number { drift, .. } => number(answers.near(world, last, drift)),
        }
    }

    /// What one who spares the effort reports; `last` was the truth of the question before.
    pub fn guess(&self, last: u128) -> u128 {
        match self {
            Truth::Choice { .. } => 0,
            Truth::Number { .. } => last,
        }
    }

    /// What a briber wants.
    pub fn lie(&self, truth: u128) -> u128 {
        match *self {
            _ if truth == UNANSWERABLE => 0,
            Truth::Choice { options, .. } => (truth + 1) % u128::from(options),
            Truth::Number { .. } => number(truth.saturating_mul(2).max(1)),
        }
    }

    /// What effort finds: the truth with chance `accuracy`, up to the noise of a number; else
    /// another option, or anything up to twice the number; or the guess where there is no answer.
    pub fn signal(
        &self,
        truth: u128,
        guess: u128,
        accuracy: f64,
        answers: &mut impl Answers<Oracle>,
        endowment: &mut Endowment,
    ) -> u128 {
        let found = answers.chance(endowment, accuracy);
        match *self {
            _ if truth == UNANSWERABLE && !found => guess,
            _ if truth == UNANSWERABLE => truth,
            Truth::Choice { .. } if found => truth,
            Truth::Choice { options, .. } => other(truth, options, answers, endowment),
            Truth::Number { noise, .. } => {
                number(answers.near(endowment, truth, if found { noise } else { 1.0 }))
            }
        }
    }

    /// Whether an outcome is the truth; a number is within the tolerance of it.
    pub fn is(&self, params: &Params, truth: u128, outcome: Outcome) -> bool {
        match (self, outcome) {
            _ if truth == UNANSWERABLE => outcome == Outcome::Unanswerable,
            (Truth::Choice { .. }, Outcome::Answer(answer)) => answer == truth,
            (Truth::Number { .. }, Outcome::Answer(answer)) => {
                answer.abs_diff(truth) <= part_down(params.tolerance, truth)
            }
            _ => false,
        }
    }
}

/// The highest answer is no number.
fn number(answer: u128) -> u128 {
    answer.min(UNANSWERABLE - 1)
}

/// An option other than this one. The number is the one that 128 bits would give, of which a draw of
/// one of so few takes the highest.
fn other(
    option: u128,
    options: u8,
    answers: &mut impl Answers<Oracle>,
    endowment: &mut Endowment,
) -> u128 {
    let _: [u32; 3] = endowment.rng.random();
    let away = 1 + answers.pick(endowment, usize::from(options) - 1) as u128;
    (option + away) % u128::from(options)
}

/// The part of a scenario that is audited.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// Jurors.
    pub jurors: u32,
    /// What each stakes; zero for the least stake.
    #[serde(with = "carrots_kernel::text::amount")]
    pub stake: Balance,
    /// What each has beside: what it takes to ask or to appeal.
    #[serde(with = "carrots_kernel::text::amount")]
    pub spare: Balance,
    /// Votes of the jury; zero for all that there are.
    pub jury: u32,
    /// What the jury is drawn with, where it is not all.
    pub seed: u64,
    /// Appeals that the rules allow.
    pub appeals: u32,
    /// Whether a juror may also commit to what another has revealed.
    pub copying: bool,
    /// The most accounts over which a juror may split its stake.
    pub splits: u32,
    /// The chance that effort finds the truth, in whole thousandths.
    #[serde(with = "carrots_kernel::text::fraction")]
    pub accuracy: Perbill,
    /// When a briber pays for a lie.
    pub bribe: Bribe,
    /// What it is worth to the last juror that the lie wins. It may fill the court with questions of its own
    /// first, and be the jury of the one that follows: with it, there is always that option.
    #[serde(with = "carrots_kernel::text::amount")]
    pub prize: Balance,
    /// Whether jurors vote in the order of what they do, as in what is audited.
    #[serde(skip)]
    pub(super) by_plan: bool,
    /// Whether every juror can split its stake as the strategy does.
    #[serde(skip)]
    pub(super) splitting: bool,
}

/// When a briber pays for a vote that was revealed for its lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bribe {
    /// There is none.
    None,
    /// Always, `world.bribe`.
    OnAction,
    /// If the lie does not win, `world.promise`.
    PEpsilon,
}

impl Default for Audit {
    fn default() -> Self {
        Self {
            jurors: 5,
            stake: 0,
            spare: 0,
            jury: 0,
            seed: 0,
            appeals: 0,
            copying: false,
            splits: 1,
            accuracy: Perbill::one(),
            bribe: Bribe::None,
            prize: 0,
            by_plan: false,
            splitting: false,
        }
    }
}

/// Says what is wrong with a scenario.
pub fn check(scenario: &Scenario) -> Result<(), Invalid> {
    let Scenario { params, world, .. } = scenario;
    expect_chance("world.accuracy", world.accuracy)?;
    expect_chance("world.appeal_rate", world.appeal_rate)?;
    expect_chance("world.unanswerable", world.unanswerable)?;
    expect(world.questions > 0, "world.questions", "at least one question")?;
    let all = u64::from(world.questions) * u64::from(scenario.run.horizon);
    expect(all <= QUESTIONS_MAX, "world.questions", "at most 10 million in all rounds")?;
    expect(world.truth.kind().valid(), "world.truth.choice.options", "2 to 8 options")?;
    match world.truth {
        Truth::Choice { first, .. } => expect_chance("world.truth.choice.first", first)?,
        Truth::Number { drift, noise, .. } => {
            expect_chance("world.truth.number.drift", drift)?;
            expect_chance("world.truth.number.noise", noise)?;
        }
    }
    check_amounts(scenario)?;
    let blocks = u64::from(round_blocks(params));
    let most = (u64::from(scenario.blocks_left()) / blocks).saturating_sub(1);
    expect_blocks(scenario.run.horizon, most, "rounds")
}

/// All stakes, fees and bribes together are amounts.
fn check_amounts(scenario: &Scenario) -> Result<(), Invalid> {
    let world = &scenario.world;
    let all = budget(scenario).and_then(|budget| budget.checked_add(scenario.tokens()));
    let expected = "a sum of all fees and stakes of at most 2^128 - 1";
    expect(all.is_some(), "params.fee_per_vote", expected)?;
    let votes = votes_most(scenario);
    for (key, amount) in
        [("effort_cost", world.effort_cost), ("bribe", world.bribe), ("promise", world.promise)]
    {
        let most = votes.and_then(|votes| amount.checked_mul(votes)?.checked_mul(2));
        let most = most.and_then(|most| most.checked_add(all?));
        let expected = "at most 2^128 - 1 over all votes, twice, with all stakes and fees";
        expect(most.is_some(), &format!("world.{key}"), expected)?;
    }
    Ok(())
}

/// Votes of all juries that there can be.
fn votes_most(scenario: &Scenario) -> Option<u128> {
    let Scenario { params, world, run, .. } = scenario;
    let votes: u32 = (0..=params.max_appeals).map(|round| params.jury_of(round)).sum();
    let questions = u128::from(run.horizon).checked_mul(world.questions.into())?;
    questions.checked_mul(votes.into())
}

/// What all juries together can cost.
pub fn budget(scenario: &Scenario) -> Option<Balance> {
    votes_most(scenario)?.checked_mul(scenario.params.fee_per_vote)
}

/// The most blocks that a round can take.
fn round_blocks(params: &Params) -> Block {
    let cycle = params.stake_blocks + params.draw_blocks;
    let vote = 2 * cycle + params.commit_blocks + params.reveal_blocks;
    (params.max_appeals + 1).saturating_mul(vote) + params.appeal_blocks + 2 * cycle
}

/// How many accounts an agent has.
pub fn accounts(strategy: Strategy) -> u32 {
    if strategy == Strategy::StakeSplitting { SPLITS } else { 1 }
}

/// What an agent has to stake, from each of its accounts.
pub fn least_stake(params: &Params, strategy: Strategy) -> Balance {
    params.least_stake().saturating_mul(accounts(strategy).into())
}

/// What no run depends on: only numbers are close to each other, and jurors are bribed for what they do.
pub fn unused(scenario: &Scenario) -> Vec<&'static str> {
    let mut unused = Vec::new();
    if matches!(scenario.world.truth, Truth::Choice { .. }) && scenario.state.is_none() {
        unused.push("params.tolerance");
    }
    if !scenario.anybody(|one| matches!(one, Strategy::Bribed | Strategy::Adaptive)) {
        unused.push("world.bribe");
    }
    if !scenario.anybody(|one| one == Strategy::PEpsilon) {
        unused.push("world.promise");
    }
    unused
}
