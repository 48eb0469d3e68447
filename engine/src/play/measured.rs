//! What a play comes to, in the numbers that all mechanisms are measured by.

use super::measure::{BUDGET, GINI, Measure, REVENUE, WELFARE, difference};
use super::table::{Play, Table};
use crate::model::Agent;
use crate::rows::Cell;
use carrots_kernel::Balance;

/// The numbers of a mechanism's run: its own, then those that all have. Welfare is there if it can be
/// measured, revenue if somebody owns the mechanism.
pub fn measures<P: Play>() -> Vec<Measure> {
    let common =
        [(P::WELFARE, WELFARE), (true, BUDGET), (P::OWNER.is_some(), REVENUE), (true, GINI)];
    let common = common.into_iter().filter_map(|(is_there, measure)| is_there.then_some(measure));
    P::METRICS.iter().copied().chain(common).collect()
}

/// What is known before the first round.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    owner: Option<(Agent, Balance)>,
}

impl Start {
    /// Of a table at which nobody has entered yet.
    pub fn of<P: Play, A>(table: &Table<P, A>) -> Self {
        Self { owner: P::OWNER.map(|owner| (owner, table.instance.wealth(owner))) }
    }
}

/// The numbers of [`measures`], if a play ended after so many rounds.
pub fn measured<P: Play, A>(play: &P, table: &Table<P, A>, start: Start, rounds: u32) -> Vec<Cell> {
    let mean = |sum: f64| Cell::Number(sum / f64::from(rounds.max(1)));
    let mut row = play.metrics(table);
    if P::WELFARE {
        let others = (0..play.others().len()).map(|seat| play.other_gains(table, seat) as f64);
        row.push(mean(table.given() + others.sum::<f64>()));
    }
    let mut has: Vec<f64> = Vec::with_capacity(table.players.len());
    let mut paid = table.given();
    for player in 0..table.players.len() {
        let (plus, minus) = table.result(player);
        paid -= difference(plus, minus);
        let costs = table.endowments[player].costs;
        has.push(plus.saturating_sub(costs) as f64);
    }
    row.push(mean(paid));
    if let Some((owner, had)) = start.owner {
        row.push(mean(difference(table.instance.wealth(owner), had)));
    }
    row.push(Cell::Number(gini(has)));
    row
}

/// Half the mean difference of two numbers, as a part of their mean; 0 where there is nothing.
fn gini(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    let (count, all) = (numbers.len() as f64, numbers.iter().sum::<f64>());
    let by_rank = |(rank, number): (usize, &f64)| (2.0 * rank as f64 + 1.0 - count) * number;
    let spread: f64 = numbers.iter().enumerate().map(by_rank).sum();
    if all > 0.0 { spread / (count * all) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::gini;

    #[test]
    fn inequality_is_half_the_mean_difference() {
        let direct = |numbers: &[f64]| {
            let pairs =
                numbers.iter().flat_map(|one| numbers.iter().map(move |other| (one - other).abs()));
            let count = numbers.len() as f64;
            pairs.sum::<f64>() / (2.0 * count * numbers.iter().sum::<f64>())
        };
        for numbers in [vec![1.0, 2.0, 4.0, 0.5], vec![3.0; 5], vec![0.0, 0.0, 7.0]] {
            assert!((gini(numbers.clone()) - direct(&numbers)).abs() < 1e-12, "{numbers:?}");
        }
        assert_eq!((gini(vec![]), gini(vec![0.0; 3])), (0.0, 0.0));
    }
}
