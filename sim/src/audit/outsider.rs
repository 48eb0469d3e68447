//! What it costs an outsider to turn the outcome, by bribes or by losing its own stake.
//!
//! A briber offers so many players as are needed, `k`, a payment for the corrupt option. Let `u(j)`
//! be what an intended player gets if `j` others take the offer, and `v(j)` what a corrupt one gets.
//!
//! - Paying for the action, the offer has to be more than `u(j) - v(j)` for every `j < k`: then it
//!   is best to take it, whatever the other bribed players do. The briber spends it `k` times.
//! - Paying only if the outcome is not turned (p + epsilon), the same is needed where it is not:
//!   for `j < k - 1`. If all take the offer the outcome is turned, and nothing is spent
//!   (Buterin 2015). Where `u(k - 1) >= v(k - 1)`, the last one would not take it.

use super::outcomes::{Choice, Outcomes};
use super::{Finding, Property, Stopped, Terms};
use crate::games::exact::whole;
use crate::stage::Stage;

/// What comes of players who are intended, but for some that are corrupt.
struct Ladder {
    /// What an intended player gets at best if so many others are corrupt, by their number.
    intended: Vec<i128>,
    /// What a corrupt player gets at worst.
    corrupt: Vec<i128>,
    /// The fewest that turn the outcome for sure.
    needed: usize,
    /// Tokens that all who are corrupt lose together against what is intended, by their number.
    lost: Vec<i128>,
}

impl<S: Stage> Outcomes<'_, S> {
    /// Answers a question about an outsider.
    pub fn outsider(&mut self, terms: &Terms) -> Result<Finding, Stopped> {
        let ladder = self.ladder()?;
        let n = self.players();
        let corrupt = self.stage.corrupt(0).unwrap_or(0);
        let domain = format!(
            "{n} players, up to {} of whom choose {}, the others as intended",
            ladder.needed, self.options[0][corrupt]
        );
        let finding = Finding::holds(terms, self.method(), domain, n as u64 + 1);
        let (finding, broken) = match terms.property {
            Property::Bribery => self.bribery(terms, finding, &ladder),
            _ => self.corruption(terms, finding, &ladder),
        };
        if !broken {
            return Ok(finding);
        }
        let before = vec![self.intended[0][0]; n];
        let mut after = before.clone();
        after[..ladder.needed].fill(corrupt as Choice);
        let who: Vec<usize> = (0..ladder.needed).collect();
        Ok(finding.violated(Some(self.compared(&vec![0; n], &before, &after, &who))))
    }

    fn ladder(&mut self) -> Result<Ladder, Stopped> {
        if !self.alike || self.kinds[0].len() > 1 {
            return Err(Stopped::Lacks("it needs players who are alike and of one type"));
        }
        let option = self.stage.corrupt(0).ok_or(Stopped::Lacks("no corrupt option"))? as Choice;
        let (n, own) = (self.players(), self.intended[0][0]);
        let key = |corrupt: usize| {
            let mut key = vec![0; self.options[0].len()];
            key[usize::from(own)] += (n - corrupt) as Choice;
            key[usize::from(option)] += corrupt as Choice;
            key.into_boxed_slice()
        };
        let keys: Vec<_> = (0..=n).map(key).collect();
        self.compute(keys.clone())?;
        let worth = |corrupt: usize, option| {
            let row = self.row(&keys[corrupt]);
            self.ranks(row, 0, option).map(|(_, class)| self.worth(class, 0))
        };
        let turned = |corrupt: &usize| self.row(&keys[*corrupt]).turned == Some(self.scale());
        let needed = (1..=n).find(turned).ok_or(Stopped::Lacks("nothing turns the outcome"))?;
        let tokens = |corrupt: usize| -> i128 {
            let row = self.row(&keys[corrupt]);
            let class = |rank| self.class(row, 0, option, rank);
            (0..corrupt).map(|rank| self.tokens(class(rank))).sum()
        };
        let honest = self.row(&keys[0]);
        let before = |corrupt: usize| -> i128 {
            (0..corrupt).map(|rank| self.tokens(self.class(honest, 0, own, rank))).sum()
        };
        Ok(Ladder {
            intended: (0..n).map(|others| worth(others, own).max().unwrap_or(0)).collect(),
            corrupt: (0..n).map(|others| worth(others + 1, option).min().unwrap_or(0)).collect(),
            needed,
            lost: (0..=n).map(|corrupt| before(corrupt) - tokens(corrupt)).collect(),
        })
    }

    fn bribery(&self, terms: &Terms, finding: Finding, ladder: &Ladder) -> (Finding, bool) {
        let needed = ladder.needed;
        // The least whole number of units that is more.
        let offer = |others: usize| {
            let lost = ladder.intended[others] - ladder.corrupt[others];
            lost.div_euclid(self.scale()).max(-1) + 1
        };
        let for_action = (0..needed).map(offer).max().unwrap_or(0);
        let if_not = (0..needed - 1).map(offer).max().unwrap_or(0);
        let trusts = ladder.corrupt[needed - 1] > ladder.intended[needed - 1];
        let (budget, promise) = (needed as i128 * for_action, needed as i128 * if_not);
        let together = needed as i128 * offer(needed - 1);
        let promised = match trusts {
            true => format!("by promising {promise} if it does not turn, and spending nothing"),
            false => "no promise alone turns it".into(),
        };
        let said = format!(
            "{needed} players turn it: for {for_action} each, {budget} in all, whatever they \
             expect; for {together} in all if each is sure of the others; {promised}"
        );
        let spends = terms.budget.map_or(0, |budget| budget.0);
        let promises = terms.promise.map_or(spends, |promise| promise.0);
        let broken = budget <= spends || trusts && promise <= promises;
        (finding.measured(whole(budget), said), broken)
    }

    fn corruption(&self, terms: &Terms, finding: Finding, ladder: &Ladder) -> (Finding, bool) {
        let all = (ladder.needed..=self.players()).map(|corrupt| (ladder.lost[corrupt], corrupt));
        let (lost, corrupt) = all.min().unwrap_or((0, ladder.needed));
        let cost = self.amount(lost);
        let profit = terms.profit.map_or(0, |profit| profit.0);
        let broken = cost <= whole(profit + terms.margin());
        let said = format!("{corrupt} players turn it at a cost of {cost}; it is worth {profit}");
        (finding.measured(cost, said), broken)
    }
}
