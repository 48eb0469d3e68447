//! What the intended behaviour is worth to all together: efficiency, revenue, solvency; and what one
//! can destroy of it.

use super::outcomes::{Choice, Outcomes, counts, counts_len};
use super::single::{Others, SMALL, product};
use super::{Finding, Property, Stopped, Terms};
use crate::exact::{Rational, whole};
use crate::scene::{Answers, How};
use num_traits::{Signed, Zero};
use rayon::prelude::*;

/// Profiles looked at between two looks at the clock.
const BATCH: usize = 4096;
/// Solvency is watched in all profiles if there are no more players and profiles than this.
const WATCHED: (usize, u128) = (12, 2_000);

/// A profile of everybody's types, and how many draws come to it, if that fits.
type Drawn = (Vec<usize>, Option<i128>);

impl Outcomes<'_> {
    /// Every profile of types. Where players are alike each set of types stands there in rising and
    /// in falling order.
    fn drawn(&self) -> Result<Vec<Drawn>, Stopped> {
        let n = self.players();
        let sizes: Vec<usize> = self.kinds().iter().map(Vec::len).collect();
        let count = match self.alike {
            true => counts_len(n, sizes[0]).saturating_mul(2),
            false => sizes.iter().fold(1u128, |all, size| all.saturating_mul(*size as u128)),
        };
        self.check_limits(usize::try_from(count).unwrap_or(usize::MAX))?;
        if !self.alike {
            let drawn = |kinds: Vec<Choice>| {
                let types: Vec<usize> = kinds.into_iter().map(usize::from).collect();
                let all = types.iter().enumerate();
                let odds = all
                    .map(|(at, kind)| i128::from(self.kinds()[at][*kind].weight))
                    .try_fold(1i128, |all, weight| all.checked_mul(weight));
                (types, odds)
            };
            return Ok(product(sizes).map(drawn).collect());
        }
        let drawn = |counts: Vec<Choice>| {
            let odds = self.draws(&counts);
            let repeat = |(kind, count): (usize, Choice)| std::iter::repeat_n(kind, count.into());
            let types: Vec<usize> = counts.into_iter().enumerate().flat_map(repeat).collect();
            let falling = types.iter().rev().copied().collect();
            [(types, odds), (falling, odds)]
        };
        Ok(counts(n, sizes[0]).flat_map(drawn).collect())
    }

    /// How the domain of [`Self::drawn`] is called.
    fn domain_drawn(&self) -> String {
        let order = match self.alike && self.kinds()[0].len() > 1 {
            true => ", types in rising and in falling order",
            false => "",
        };
        format!("{}{order}", self.domain(Others::Intended))
    }

    /// What everyone of these types is to choose.
    fn intended_of(&self, types: &[usize]) -> Vec<Choice> {
        types.iter().enumerate().map(|(at, kind)| self.intended[at][*kind]).collect()
    }

    /// Everybody's class, in a profile that was computed.
    pub fn everyone(&self, profile: &[Choice]) -> Vec<u32> {
        let row = self.row(&self.key(profile));
        let class = |(at, option): (usize, &Choice)| {
            let rank = profile[..at].iter().filter(|other| *other == option).count();
            self.class(row, at, *option, rank)
        };
        profile.iter().enumerate().map(class).collect()
    }

    /// Everybody's payoff, in a profile that was computed.
    fn payoffs(&self, types: &[usize], profile: &[Choice]) -> Vec<i128> {
        let classes = self.everyone(profile).into_iter().zip(types);
        classes.map(|(class, kind)| self.worth(class, *kind)).collect()
    }

    /// Computes the intended outcome of every profile of types.
    fn compute_intended(&mut self, drawn: &[Drawn]) -> Result<(), Stopped> {
        let keys: Vec<_> =
            drawn.iter().map(|(types, _)| self.key(&self.intended_of(types))).collect();
        self.compute(keys)
    }

    /// What `lost` gives where it is greatest, over all profiles of types, with the types.
    fn greatest(
        &mut self,
        lost: impl Fn(&Self, &[usize], &[Choice]) -> i128 + Sync,
    ) -> Result<(i128, Vec<usize>, u64), Stopped>
    where
        Self: Sync,
    {
        let drawn = self.drawn()?;
        self.compute_intended(&drawn)?;
        let one = |(types, _): &Drawn| (lost(self, types, &self.intended_of(types)), types.clone());
        let most = drawn.par_iter().map(one).reduce_with(|one, other| {
            let first = one.0 > other.0 || one.0 == other.0 && one.1 <= other.1;
            if first { one } else { other }
        });
        let (lost, types) = most.ok_or(Stopped::Lacks("no profile of types"))?;
        Ok((lost, types, drawn.len() as u64))
    }

    /// Answers a question about everybody together.
    pub fn whole(&mut self, terms: &Terms) -> Result<Finding, Stopped> {
        match terms.property {
            Property::Efficiency => self.efficiency(terms),
            Property::OptimalRevenue => self.optimal_revenue(terms),
            Property::Revenue => self.revenue(terms),
            Property::Griefing => self.griefing(terms),
            _ => self.solvency(terms),
        }
    }

    fn efficiency(&mut self, terms: &Terms) -> Result<Finding, Stopped> {
        let (scene, cast) = (self.scene, self.cast);
        let values = |types: &[usize]| -> Vec<_> {
            types.iter().enumerate().map(|(at, kind)| cast.values[at][*kind]).collect()
        };
        let measured = scene.welfare_max(&values(&vec![0; self.players()]));
        measured.ok_or(Stopped::Lacks("no measure of welfare"))?;
        let (lost, types, checked) = self.greatest(|all, types, profile| {
            let reached: i128 = all.payoffs(types, profile).iter().sum();
            let strangers = all.row(&all.key(profile)).strangers;
            let most = scene.welfare_max(&values(types)).unwrap_or(0);
            most.saturating_mul(all.scale()) - reached - strangers
        })?;
        let names = self.names(&types);
        self.whole_finding(terms, lost, checked, &types, |lost| {
            format!("{} of the highest sum is lost{names}", cast.show(lost))
        })
    }

    fn optimal_revenue(&mut self, terms: &Terms) -> Result<Finding, Stopped> {
        let (scene, cast) = (self.scene, self.cast);
        let most = |profile: &[Choice]| {
            let options: Vec<usize> = profile.iter().copied().map(usize::from).collect();
            scene.revenue_max(&options)
        };
        let lacks = Stopped::Lacks("no owner who earns");
        let first: Vec<Choice> = self.intended.iter().map(|kinds| kinds[0]).collect();
        most(&first).ok_or(lacks)?;
        let (lost, types, checked) = self.greatest(|all, _, profile| {
            let most = most(profile).unwrap_or(0) as i128;
            let earned = all.row(&all.key(profile)).revenue.unwrap_or(0);
            most.saturating_mul(all.scale()) - earned
        })?;
        let names = self.names(&types);
        self.whole_finding(terms, lost, checked, &types, |lost| {
            format!("the bids would allow {} more{names}", cast.show(lost))
        })
    }

    /// What a loss of so much means for the question.
    fn whole_finding(
        &mut self,
        terms: &Terms,
        lost: i128,
        checked: u64,
        types: &[usize],
        said: impl Fn(&Rational) -> String,
    ) -> Result<Finding, Stopped> {
        let finding = Finding::holds(terms, self.method(), self.domain_drawn(), checked);
        let amount = self.amount(lost);
        let holds = lost + terms.margin().saturating_mul(self.scale()) <= 0;
        let said = if lost > 0 { said(&amount) } else { String::new() };
        let finding = finding.measured(amount, said);
        let profile = self.intended_of(types);
        Ok(match holds {
            true => finding,
            false => finding.violated(Some(self.compared(types, &profile, &profile, &[]))),
        })
    }

    fn names(&self, types: &[usize]) -> String {
        let names: Vec<&str> = types
            .iter()
            .enumerate()
            .map(|(at, kind)| self.kinds()[at][*kind].name.as_str())
            .collect();
        match names.iter().all(|name| name.is_empty()) {
            true => String::new(),
            false => format!(" for {}", names.join(", ")),
        }
    }

    fn revenue(&mut self, terms: &Terms) -> Result<Finding, Stopped> {
        let drawn = self.drawn()?;
        self.compute_intended(&drawn)?;
        let (mut sum, mut all) = (Rational::zero(), Rational::zero());
        for (types, odds) in &drawn {
            let row = self.row(&self.key(&self.intended_of(types)));
            let earned = row.revenue.ok_or(Stopped::Lacks("no owner who earns"))?;
            let odds = whole(odds.ok_or(Stopped::Overflow)?);
            sum += self.amount(earned) * &odds;
            all += odds;
        }
        let expected = sum / all;
        let optimal = self.scene.revenue_optimal();
        let least = terms.least.as_ref().map(|least| least.0.clone()).or(optimal.clone());
        let least =
            least.ok_or(Stopped::Lacks("no optimal auction to compare with: say `least`"))?;
        let best = optimal.map(|best| format!("; the optimal auction {}", self.show(&best)));
        let best = best.unwrap_or_default();
        let said = format!("the owner expects {}{best}", self.show(&expected));
        let domain = self.domain_drawn();
        let finding = Finding::holds(terms, self.method(), domain, drawn.len() as u64);
        let finding = finding.measured(expected.clone(), said);
        Ok(if expected >= least { finding } else { finding.violated(None) })
    }

    /// The greatest ratio of what others lose by a deviation to what it costs the deviator.
    fn griefing(&mut self, terms: &Terms) -> Result<Finding, Stopped> {
        let drawn = self.drawn()?;
        self.compute_intended(&drawn)?;
        let (mut checked, mut worst): (u64, Option<Harm>) = (0, None);
        for batch in drawn.chunks(BATCH / self.players().clamp(1, BATCH)) {
            let deviations: Vec<_> =
                batch.iter().flat_map(|(types, _)| self.deviations(types)).collect();
            let keys: Vec<_> = deviations.iter().map(|(_, _, after)| self.key(after)).collect();
            let scale = self.scale();
            self.compute(keys)?;
            let finer = self.scale() / scale;
            worst.iter_mut().for_each(|worst| {
                (worst.done, worst.cost) = (worst.done * finer, worst.cost * finer);
            });
            checked += deviations.len() as u64;
            let harm = |(types, at, after): &(Vec<usize>, usize, Vec<Choice>)| {
                let before = self.payoffs(types, &self.intended_of(types));
                let now = self.payoffs(types, after);
                let own = before[*at] - now[*at];
                let seats = |profile: &[Choice]| self.others_each_of(self.row(&self.key(profile)));
                let seats = seats(&self.intended_of(types)).iter().zip(seats(after));
                let players = before.iter().zip(&now).enumerate().filter(|(one, _)| one != at);
                let others = players.map(|(_, both)| both).chain(seats);
                let done = others.map(|(was, is)| (was - is).max(0)).sum::<i128>();
                let (types, after) = (types.clone(), after.clone());
                (done > 0).then(|| Harm { done, cost: own.max(0), at: *at, types, after })
            };
            let found = deviations.par_iter().filter_map(harm).reduce_with(Harm::worse);
            worst = found.into_iter().chain(worst).reduce(Harm::worse);
        }
        let mut finding = Finding::holds(terms, self.method(), self.domain_drawn(), checked);
        let is_kept = |at: usize, option: Choice| self.keeps(at, option, self.players());
        finding.tried(&self.allowed(&is_kept), self.all_names());
        let Some(worst) = worst else {
            return Ok(finding.measured(Rational::zero(), "no deviation costs the others anything"));
        };
        let most = terms.factor.as_ref().map_or(whole(1), |factor| factor.0.clone());
        let (done, cost) = (self.amount(worst.done), self.amount(worst.cost));
        let finding = match worst.cost {
            0 => Finding {
                said: format!("the others lose {} and the deviator nothing", self.show(&done)),
                ..finding
            },
            _ => finding.measured(
                &done / &cost,
                format!(
                    "the others lose {} where the deviator loses {}",
                    self.show(&done),
                    self.show(&cost)
                ),
            ),
        };
        let holds = worst.cost > 0 && done <= most * cost;
        let before = self.intended_of(&worst.types);
        Ok(match holds {
            true => finding,
            false => finding.violated(Some(self.compared(
                &worst.types,
                &before,
                &worst.after,
                &[worst.at],
            ))),
        })
    }

    /// Whether such deviations are looked at: where players are alike those of one identity that do not
    /// react, and where there are many those that do not react.
    fn keeps(&self, at: usize, option: Choice, players: usize) -> bool {
        let many = self.options_len(at) as u128 > SMALL / players.max(1) as u128;
        match self.alike {
            true => !self.is_mixed(option),
            false => !many || !self.reacts(at, option),
        }
    }

    /// Every such deviation of one player from what is intended for these types. Of those who are
    /// alike and of one type, only the first and the last deviate.
    fn deviations(&self, types: &[usize]) -> Vec<(Vec<usize>, usize, Vec<Choice>)> {
        let before = self.intended_of(types);
        let looked_at = |at: &usize| !self.is_inner(*at, types);
        let one = |at: usize| {
            let (before, types) = (before.clone(), types.to_vec());
            let own = before[at];
            let players = types.len();
            (0..self.options_len(at) as Choice)
                .filter(move |option| self.keeps(at, *option, players))
                .filter(move |option| *option != own)
                .map(move |option| {
                    let mut after = before.clone();
                    after[at] = option;
                    (types.clone(), at, after)
                })
        };
        (0..types.len()).filter(looked_at).flat_map(one).collect()
    }

    /// Watches the mechanism in every profile, or in those of one deviation where there are many.
    fn solvency(&mut self, terms: &Terms) -> Result<Finding, Stopped> {
        let n = self.players();
        let sizes: Vec<usize> = (0..self.players()).map(|at| self.options_len(at)).collect();
        let all = match self.alike {
            true => counts_len(n, sizes[0]),
            false => sizes.iter().fold(1u128, |all, size| all.saturating_mul(*size as u128)),
        };
        let is_whole = n <= WATCHED.0 && all <= WATCHED.1;
        let (keys, domain): (Vec<Box<[Choice]>>, _) = if is_whole {
            let keys: Vec<_> = match self.alike {
                true => counts(n, sizes[0]).map(Vec::into_boxed_slice).collect(),
                false => product(sizes).map(Vec::into_boxed_slice).collect(),
            };
            (keys, self.domain(Others::Any))
        } else {
            let mut keys = Vec::new();
            for (types, _) in self.drawn()? {
                keys.push(self.key(&self.intended_of(&types)));
                keys.extend(self.deviations(&types).iter().map(|(_, _, after)| self.key(after)));
            }
            keys.sort();
            keys.dedup();
            (keys, format!("{}, and one player another option", self.domain_drawn()))
        };
        let domain = format!("{domain}; after every call");
        let (mut worst, mut checked) = (None, 0);
        for batch in keys.chunks(BATCH) {
            self.check_limits(batch.len())?;
            let shortfall = batch.par_iter().map(|key| Ok((self.shortfall(key)?, key.clone())));
            let shortfall = shortfall.collect::<Result<Vec<_>, Stopped>>()?;
            worst =
                shortfall.into_iter().filter(|(shortfall, _)| *shortfall > 0).chain(worst).max();
            checked += batch.len() as u64;
        }
        let mut finding = Finding::holds(terms, self.method(), domain, checked);
        let is_kept = |at: usize, option: Choice| is_whole || self.keeps(at, option, n);
        finding.tried(&self.allowed(&is_kept), self.all_names());
        let Some((shortfall, key)) = worst else { return Ok(finding) };
        let shortfall = Rational::from_integer(shortfall.into());
        let said = format!("it owes {} more than it holds", self.show(&shortfall));
        let profile = self.profile(&key);
        let counterexample = self.compared(&vec![0; n], &profile, &profile, &[]);
        let finding = finding.measured(shortfall, said);
        Ok(finding.violated(Some(counterexample)))
    }

    /// What the mechanism lacks at worst in any branch of a profile.
    fn shortfall(&self, key: &[Choice]) -> Result<u128, Stopped> {
        let profile = self.profile(key);
        let given: Vec<_> = profile.iter().map(|option| Some(usize::from(*option))).collect();
        let types = vec![0; given.len()];
        let mut answers = Answers::new(&types, &given);
        let mut worst = 0;
        loop {
            let end = self.scene.play(How { watched: true, ..How::default() }, &mut answers);
            worst = end.notes().shortfall.max(worst);
            if !answers.next_branch() {
                return Ok(worst);
            }
            self.check_limits(0)?;
        }
    }
}

/// What a deviation does to the others.
struct Harm {
    done: i128,
    cost: i128,
    at: usize,
    types: Vec<usize>,
    after: Vec<Choice>,
}

impl Harm {
    /// The one of the greater ratio; of equal ones the greater harm, then the first in order.
    fn worse(self, other: Self) -> Self {
        let ratio =
            |one: &Self, by: &Self| Rational::from_integer(one.done.into()) * whole(by.cost);
        let difference = ratio(&self, &other) - ratio(&other, &self);
        let order = || {
            let key = |harm: &Self| (-harm.done, harm.types.clone(), harm.at, harm.after.clone());
            key(&self) <= key(&other)
        };
        let first = if difference.is_zero() { order() } else { difference.is_positive() };
        if first { self } else { other }
    }
}
