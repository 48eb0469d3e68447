//! What a run is measured by. What all mechanisms share is defined here, once; what only one has, by its
//! play.

use carrots_kernel::Balance;

/// A number that a run comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Its name, in snake case.
    pub name: &'static str,
    /// What it counts.
    pub unit: Unit,
    /// What it is, in one line.
    pub about: &'static str,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Tokens, in the smallest unit: a whole number.
    Tokens,
    /// The same, of which a mean was taken.
    MeanTokens,
    /// A part of a whole, from 0 to 1.
    Share,
    /// A whole number of something.
    Count,
    /// Anything else.
    Number,
}

impl Unit {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Tokens | Unit::MeanTokens => "tokens",
            Unit::Share => "share",
            Unit::Count => "count",
            Unit::Number => "number",
        }
    }
}

impl Measure {
    /// A number, declared.
    pub const fn new(name: &'static str, unit: Unit, about: &'static str) -> Self {
        Self { name, unit, about }
    }
}

pub const WELFARE: Measure = Measure::new(
    "welfare",
    Unit::MeanTokens,
    "what a round's outcome is worth to all, less what it costs them: tokens that change hands cancel",
);
pub const BUDGET: Measure = Measure::new(
    "budget",
    Unit::MeanTokens,
    "what all agents pay in a round, less what they are paid: below zero it is a subsidy to them",
);
pub const REVENUE: Measure =
    Measure::new("revenue", Unit::MeanTokens, "what the mechanism's owner earns in a round");
pub const GINI: Measure = Measure::new(
    "gini",
    Unit::Share,
    "how unequal what agents have in the end is (Gini 1912): 0 if all have the same; debts count as nothing",
);

/// What of an agent of each strategy: `payoff_NAME`, `return_NAME`, `slashed_NAME`.
pub const OF_STRATEGY: [Measure; 3] = [
    Measure::new(
        "payoff",
        Unit::MeanTokens,
        "what one of them has more in the end than at the start, with what the world gave and took: the mean",
    ),
    Measure::new("return", Unit::Number, "the same by unit of stake; 0 without any"),
    Measure::new("slashed", Unit::MeanTokens, "what penalties took from one of them: the mean"),
];

/// `plus - minus`, exact up to the last rounding.
pub fn difference(plus: Balance, minus: Balance) -> f64 {
    if plus >= minus { (plus - minus) as f64 } else { -((minus - plus) as f64) }
}
