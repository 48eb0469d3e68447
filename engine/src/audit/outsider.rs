//! What it costs an outsider to turn the outcome, by bribes or by losing its own stake.
//!
//! A briber offers so many players as are needed, `k`, a payment for the corrupt option. Let `u(j)`
//! be what an intended player gets if `j` others take the offer, and `v(j)` what a corrupt one gets.
//!
//! - Paying for the action, an equal offer has to be more than `u(j) - v(j)` for every `j < k`: then
//!   it is best to take it, whatever the other bribed players do. The briber spends it `k` times.
//! - Offers may differ (divide and conquer; Segal 2003): the `i`-th player has to be offered more than
//!   `u(j) - v(j)` only for `i - 1 <= j < k`, since those before it take theirs for sure. Then to take
//!   it is iteratively dominant. More than `k` players may be cheaper; all numbers are tried.
//! - Paying only if the outcome is not turned (p + epsilon), the same is needed where it is not:
//!   for `j < k - 1`. If all take the offer the outcome is turned, and nothing is spent
//!   (Buterin 2015). Where `u(k - 1) >= v(k - 1)`, the last one would not take it.

use super::outcomes::{Choice, Outcomes};
use super::{Finding, Property, Stopped, Terms, Verdict};
use crate::exact::whole;

/// What comes of players who are intended, but for some that are corrupt.
struct Ladder {
    /// What an intended player gets if so many others are corrupt, by their number: at worst and at
    /// best, where it matters a little who is who.
    intended: Vec<[i128; 2]>,
    /// The same of a corrupt player.
    corrupt: Vec<[i128; 2]>,
    /// The fewest that turn the outcome for sure.
    needed: usize,
    /// Tokens that all who are corrupt lose together against what is intended, by their number.
    lost: Vec<i128>,
}

/// What bribes it takes, in the smallest unit.
struct Bribes {
    /// In all, where offers may differ, and each of them.
    budget: i128,
    offers: Vec<i128>,
    /// To each, whatever others do; and if it is sure that they take theirs.
    for_action: i128,
    if_sure: i128,
    /// In all, if it is paid only where the outcome is not turned; nothing if that does not do.
    promise: Option<i128>,
}

/// Whether an outsider can turn it.
enum Answer {
    Safe,
    /// What it can spend is between what it takes at least and at most.
    Within,
    Broken,
}

impl Outcomes<'_> {
    /// Answers a question about an outsider.
    pub fn outsider(&mut self, terms: &Terms) -> Result<Finding, Stopped> {
        let ladder = self.ladder()?;
        let n = self.players();
        let places = self.corruptible();
        let corrupt = places.first().map_or(0, |(_, option)| usize::from(*option));
        let domain = format!(
            "{n} players, up to {} of whom choose {}, the others as intended",
            ladder.needed,
            self.cast.name(places[0].0, corrupt)
        );
        let finding = Finding::holds(terms, self.method(), domain, n as u64 + 1);
        let (finding, answer) = match terms.property {
            Property::Bribery => self.bribery(terms, finding, &ladder),
            _ => self.corruption(terms, finding, &ladder),
        };
        match answer {
            Answer::Safe => return Ok(finding),
            Answer::Within => {
                let method = "it depends on who is who, by what the rules round".into();
                return Ok(Finding { verdict: Verdict::Unknown, method, ..finding });
            }
            Answer::Broken => {}
        }
        let before: Vec<Choice> = self.intended.iter().map(|kinds| kinds[0]).collect();
        let mut after = before.clone();
        let who: Vec<usize> = places.iter().take(ladder.needed).map(|(at, _)| *at).collect();
        places.iter().take(ladder.needed).for_each(|(at, option)| after[*at] = *option);
        Ok(finding.violated(Some(self.compared(&vec![0; n], &before, &after, &who))))
    }

    /// The players that an outsider can ask for the corrupt option, and which that is.
    fn corruptible(&self) -> Vec<(usize, Choice)> {
        let of = |at: usize| Some((at, self.cast.corrupt(at)? as Choice));
        (0..self.players()).filter_map(of).collect()
    }

    fn ladder(&mut self) -> Result<Ladder, Stopped> {
        let places = self.corruptible();
        let Some(&(first, option)) = places.first() else {
            return Err(Stopped::Lacks("no corrupt option"));
        };
        let classes = &self.cast.classes;
        let like = |(at, _): &(usize, Choice)| classes[*at] == classes[first];
        if !places.iter().all(like) || self.kinds().iter().any(|kinds| kinds.len() > 1) {
            return Err(Stopped::Lacks("it needs players who are alike and of one type"));
        }
        let n = places.len();
        let intended: Vec<Choice> = self.intended.iter().map(|kinds| kinds[0]).collect();
        let profile = |corrupt: usize| {
            let mut profile = intended.clone();
            places.iter().take(corrupt).for_each(|(at, _)| profile[*at] = option);
            profile
        };
        let profiles: Vec<_> = (0..=n).map(profile).collect();
        let keys: Vec<_> = profiles.iter().map(|profile| self.key(profile)).collect();
        self.compute(keys.clone())?;
        let everyone: Vec<_> = profiles.iter().map(|profile| self.everyone(profile)).collect();
        // Of the first so many who are corrupt, or of the others who could be.
        let worths = |corrupt: usize, of: std::ops::Range<usize>| -> Vec<i128> {
            of.map(|at| self.worth(everyone[corrupt][places[at].0], 0)).collect()
        };
        let turned = |corrupt: &usize| self.row(&keys[*corrupt]).turned == Some(self.scale());
        let needed = (1..=n).find(turned).ok_or(Stopped::Lacks("nothing turns the outcome"))?;
        let tokens = |row: usize, corrupt: usize| -> i128 {
            (0..corrupt).map(|at| self.tokens(everyone[row][places[at].0])).sum()
        };
        let ends = |all: Vec<i128>| {
            let ends = [all.iter().min(), all.iter().max()];
            ends.map(|end| end.copied().unwrap_or(0))
        };
        let intended = |others: usize| ends(worths(others, others..n));
        let corrupt = |others: usize| ends(worths(others + 1, 0..others + 1));
        Ok(Ladder {
            intended: (0..n).map(intended).collect(),
            corrupt: (0..n).map(corrupt).collect(),
            needed,
            lost: (0..=n).map(|corrupt| tokens(0, corrupt) - tokens(corrupt, corrupt)).collect(),
        })
    }

    fn bribery(&self, terms: &Terms, finding: Finding, ladder: &Ladder) -> (Finding, Answer) {
        let needed = ladder.needed;
        // The least and the most that it may take; the same, where it does not matter who is who.
        let [least, most] = [0, 1].map(|end| self.bribes(ladder, end));
        let show = |amount: i128| self.show(&whole(amount));
        let offers: Vec<String> = most.offers.iter().map(|offer| show(*offer)).collect();
        let promised = match most.promise {
            Some(promise) => {
                format!("by promising {} if it does not turn, and spending nothing", show(promise))
            }
            None => "no promise alone turns it".into(),
        };
        let said = format!(
            "{needed} players turn it: for {} in all, offered as {}, so that to take it is iteratively \
             dominant; for {} each, {} in all, whatever they expect; for {} in all if each is sure of \
             the others; {promised}{}",
            show(most.budget),
            offers.join(" and "),
            show(most.for_action),
            show(needed as i128 * most.for_action),
            show(needed as i128 * most.if_sure),
            match most.budget - least.budget {
                0 => String::new(),
                rounding => format!("; or for {} less, by rounding", show(rounding)),
            }
        );
        let spends = terms.budget.map_or(0, |budget| budget.0);
        let promises = terms.promise.map_or(spends, |promise| promise.0);
        let broken = |bribes: &Bribes| {
            bribes.budget <= spends || bribes.promise.is_some_and(|promise| promise <= promises)
        };
        let answer = match (broken(&least), broken(&most)) {
            (_, true) => Answer::Broken,
            (true, false) => Answer::Within,
            (false, false) => Answer::Safe,
        };
        (finding.measured(whole(least.budget), said), answer)
    }

    /// What bribes it takes: at least (`end` 0), or at most (1).
    fn bribes(&self, ladder: &Ladder, end: usize) -> Bribes {
        let needed = ladder.needed;
        let lost = |others: usize| ladder.intended[others][end] - ladder.corrupt[others][1 - end];
        // The least whole number of units that is more.
        let offer = |others: usize| lost(others).div_euclid(self.scale()).max(-1) + 1;
        // Those before the one at `at` take their offers for sure.
        let divided = |bribed: usize| -> (i128, Vec<i128>) {
            let one = |at: usize| (at..bribed).map(offer).max().unwrap_or(0);
            let offers: Vec<i128> = (0..bribed).map(one).collect();
            (offers.iter().sum(), offers)
        };
        let (budget, offers) =
            (needed..=ladder.intended.len()).map(divided).min().expect("there are players enough");
        // Nothing is promised for the case that it turns: offers may differ here, too.
        let if_not = |at: usize| (at..needed - 1).map(offer).max().unwrap_or(0);
        Bribes {
            budget,
            offers,
            for_action: (0..needed).map(offer).max().unwrap_or(0),
            if_sure: offer(needed - 1),
            promise: (lost(needed - 1) < 0).then(|| (0..needed).map(if_not).sum()),
        }
    }

    fn corruption(&self, terms: &Terms, finding: Finding, ladder: &Ladder) -> (Finding, Answer) {
        let all = (ladder.needed..ladder.lost.len()).map(|corrupt| (ladder.lost[corrupt], corrupt));
        let (lost, corrupt) = all.min().unwrap_or((0, ladder.needed));
        let cost = self.amount(lost);
        let profit = terms.profit.map_or(0, |profit| profit.0);
        let broken = cost <= whole(profit + terms.margin());
        let (cost_shown, worth) = (self.show(&cost), self.show(&whole(profit)));
        let said =
            format!("{corrupt} players turn it at a cost of {cost_shown}; it is worth {worth}");
        (finding.measured(cost, said), if broken { Answer::Broken } else { Answer::Safe })
    }
}
