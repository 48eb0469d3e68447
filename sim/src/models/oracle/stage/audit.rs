//! What part of a scenario is audited, and what jurors can do in it.

use crate::models::oracle::play::Truth;
use carrots_logic::{Balance, Perbill};
use serde::{Deserialize, Serialize};

/// The part of a scenario that is audited.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// Jurors.
    pub jurors: u32,
    /// What each stakes; zero for the least stake.
    #[serde(with = "carrots_logic::text::amount")]
    pub stake: Balance,
    /// What each has beside: what it takes to ask or to appeal.
    #[serde(with = "carrots_logic::text::amount")]
    pub spare: Balance,
    /// Votes of the jury; zero for all that there are.
    pub jury: u32,
    /// What the jury is drawn with, where it is not all.
    pub seed: u64,
    /// Appeals that the rules allow.
    pub appeals: u32,
    /// Whether a juror may report what another committed to or revealed.
    pub copying: bool,
    /// The most accounts over which a juror may split its stake.
    pub splits: u32,
    /// The chance that effort finds the truth, in whole thousandths.
    #[serde(with = "carrots_logic::text::fraction")]
    pub accuracy: Perbill,
    /// When a briber pays for a lie.
    pub bribe: Bribe,
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
        }
    }
}

/// What a juror does with all of its votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Report {
    /// Reports what its effort finds.
    Truth,
    /// Reports what the briber wants.
    Lie,
    /// Reports what needs no effort.
    Lazy,
    /// Commits, and does not reveal.
    Absent,
    /// Does not stake.
    Out,
    /// Commits as another did, and reveals the same.
    Copy,
    /// Commits when another has revealed, and reveals the same.
    Late,
    /// Reports what its effort finds, and appeals every outcome.
    Challenge,
}

impl Report {
    pub(super) fn name(self) -> &'static str {
        match self {
            Report::Truth => "truth",
            Report::Lie => "lie",
            Report::Lazy => "lazy",
            Report::Absent => "absent",
            Report::Out => "out",
            Report::Copy => "copy",
            Report::Late => "late",
            Report::Challenge => "challenge",
        }
    }

    /// Whether it says what another says.
    pub(super) fn copies(self) -> bool {
        matches!(self, Report::Copy | Report::Late)
    }
}

/// An option: what is reported, and over how many accounts the stake is split.
pub(super) type Plan = (Report, u32);

/// What a juror can do; the first is intended.
pub(super) fn options(audit: &Audit, truth: Truth) -> Vec<Plan> {
    // Where effort never fails the true option is known: there is nothing to be lazy about.
    let known = matches!(truth, Truth::Choice { .. }) && audit.accuracy == Perbill::one();
    let lazy = (!known).then_some(Report::Lazy);
    let copies: &[Report] = if audit.copying { &[Report::Copy, Report::Late] } else { &[] };
    let challenge = (audit.appeals > 0).then_some(Report::Challenge);
    let alone = [Report::Truth, Report::Lie].into_iter().chain(lazy);
    let alone = alone.chain([Report::Absent, Report::Out]).chain(copies.iter().copied());
    let alone = alone.chain(challenge).map(|report| (report, 1));
    alone.chain((2..=audit.splits).map(|accounts| (Report::Truth, accounts))).collect()
}
