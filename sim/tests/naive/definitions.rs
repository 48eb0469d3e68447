//! Properties as they are defined, over every profile.

use carrots::audit::{Audited, Expected, Finding, Place, Property, Terms, Verdict};
use carrots::exact::{Rational, whole};
use carrots::scenario::Document;
use carrots_catalogue::CATALOGUE;
use num_traits::Signed;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use Property::*;
use Verdict::{Holds, Violated};

/// A game of which every outcome is played when it is asked for.
pub struct Game {
    pub audited: Box<dyn Audited>,
    table: toml::Table,
    places: Vec<Place>,
    played: RefCell<HashMap<Vec<usize>, Rc<Expected>>>,
}

/// What a finding says that it left out.
pub struct Less<'a> {
    pub options: &'a [String],
    pub ends: bool,
}

/// What the definitions say, and by how much roundings may make it differ.
pub struct Answer {
    pub verdict: Verdict,
    pub measured: Option<Rational>,
    pub rounding: i128,
}

/// Every list of one entry of each of these lists.
fn lists(of: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut all = vec![vec![]];
    for entries in of {
        let longer = |list: Vec<usize>| {
            entries.iter().map(move |entry| [&list[..], &[*entry]].concat()).collect::<Vec<_>>()
        };
        all = all.into_iter().flat_map(longer).collect();
    }
    all
}

/// Every set of one to so many of these.
fn sets(all: usize, most: usize) -> Vec<Vec<usize>> {
    let bits = |set: usize| (0..all).filter(|at| set >> at & 1 == 1).collect::<Vec<_>>();
    let sets = (1..1usize << all).map(bits);
    sets.filter(|set| set.len() <= most).collect()
}

fn put(profile: &[usize], who: &[usize], options: &[usize]) -> Vec<usize> {
    let mut profile = profile.to_vec();
    who.iter().zip(options).for_each(|(at, option)| profile[*at] = *option);
    profile
}

impl Answer {
    fn new(holds: bool, measured: impl Into<Option<Rational>>) -> Self {
        let verdict = if holds { Holds } else { Violated };
        Self { verdict, measured: measured.into(), rounding: 0 }
    }

    /// No gain may be above what the margin leaves.
    fn of_gain(gain: Rational, terms: &Terms) -> Self {
        Self::new(&gain + whole(terms.margin()) <= whole(0), gain)
    }
}

impl Game {
    pub fn new(document: &Document) -> Option<Self> {
        let audited = CATALOGUE.audited(document).ok()?;
        let (places, table) = (audited.places(), document.table().clone());
        Some(Self { audited, table, places, played: RefCell::default() })
    }

    fn players(&self) -> usize {
        self.places.len()
    }

    fn outcome(&self, types: &[usize], options: &[usize]) -> Rc<Expected> {
        let key = [types, options].concat();
        if let Some(known) = self.played.borrow().get(&key) {
            return known.clone();
        }
        let outcome = Rc::new(self.audited.outcome(types, options).expect("odds are small"));
        self.played.borrow_mut().insert(key, outcome.clone());
        outcome
    }

    fn payoff(&self, types: &[usize], options: &[usize], at: usize) -> Rational {
        self.outcome(types, options).payoffs[at].clone()
    }

    fn types(&self) -> Vec<Vec<usize>> {
        lists(&self.places.iter().map(|place| (0..place.types.len()).collect()).collect::<Vec<_>>())
    }

    fn intended(&self, types: &[usize]) -> Vec<usize> {
        self.places.iter().zip(types).map(|(place, kind)| place.intended[*kind]).collect()
    }

    /// The options of a player that are of such a kind.
    fn options(&self, at: usize, less: &Less, is: impl Fn(usize) -> bool) -> Vec<usize> {
        let left_out =
            |option: &usize| less.options.contains(&self.places[at].options[*option].name);
        let all = 0..self.places[at].options.len();
        all.filter(|option| is(*option) && !left_out(option)).collect()
    }

    fn identities(&self, at: usize, option: usize) -> u32 {
        self.places[at].options[option].identities
    }

    /// A number of the scenario.
    fn number(&self, part: &str, key: &str) -> i128 {
        let value = &self.table[part][key];
        value
            .as_integer()
            .map_or_else(|| value.as_str().unwrap_or("0").parse().unwrap_or(0), i128::from)
    }

    fn is(&self, mechanism: &str) -> bool {
        self.table["mechanism"].as_str() == Some(mechanism)
    }

    fn kind(&self) -> &str {
        self.table["params"]["kind"].as_str().unwrap_or("")
    }

    /// About how many outcomes a question needs.
    pub fn size(&self, terms: &Terms) -> usize {
        let n = self.players();
        let options = self.places.iter().map(|place| place.options.len()).max().unwrap_or(1);
        let types: usize = self.places.iter().map(|place| place.types.len()).product();
        let usual = if terms.property == Immunity { 1 } else { 2 };
        let group = terms.size.unwrap_or(usual);
        match terms.property {
            DominantStrategy => types * options.pow(n as u32),
            Solvency | Uniqueness => options.pow(n as u32),
            Coalition | Immunity => types * sets(n, group as usize).len() * options.pow(group),
            _ => types * n * options,
        }
    }

    /// The answer by the definition, if it has one.
    pub fn answer(&self, terms: &Terms, less: &Less, finding: &Finding) -> Option<Answer> {
        match terms.property {
            DominantStrategy | ExPost | Nash | Bayesian | IndividualRationality | Sybil => {
                Some(Answer::of_gain(self.single(terms, less)?, terms))
            }
            Coalition => Some(Answer::of_gain(self.coalition(terms, less)?, terms)),
            Immunity => Some(Answer::of_gain(self.immunity(terms, less)?, terms)),
            Griefing => Some(self.griefing(terms, less)),
            Efficiency => self.efficiency(terms),
            OptimalRevenue => self.optimal_revenue(terms),
            Revenue => self.revenue(terms),
            Solvency => Some(self.solvency()),
            Uniqueness => self.uniqueness(less, finding),
            Bribery => self.bribery(terms),
            Corruption => self.corruption(terms),
            _ => None,
        }
    }

    /// The most that one player gains by another option, against all that the others may do.
    fn single(&self, terms: &Terms, less: &Less) -> Option<Rational> {
        let sybil = terms.property == Sybil;
        let most = terms.size.unwrap_or(if sybil { 2 } else { u32::MAX });
        let shown = (if sybil { 2 } else { 0 })..=most;
        let mut best = None;
        for at in 0..self.players() {
            let ends = [0, self.players() - 1];
            if less.ends && !ends.contains(&at) {
                continue;
            }
            let may = |option: usize| match terms.property {
                IndividualRationality => self.places[at].options[option].is_out,
                _ => shown.contains(&self.identities(at, option)),
            };
            for (kind, own) in self.places[at].intended.iter().enumerate() {
                for option in self.options(at, less, |option| option != *own && may(option)) {
                    let gains = self.situations(at, kind, terms).map(|(types, profile)| {
                        let payoff = |one| self.payoff(&types, &put(&profile, &[at], &[one]), at);
                        payoff(option) - payoff(*own)
                    });
                    let gain = match terms.property {
                        Bayesian => {
                            let all: Vec<_> = gains.collect();
                            all.iter().sum::<Rational>() / whole(all.len() as i128)
                        }
                        _ => gains.max()?,
                    };
                    best = best.max(Some(gain));
                }
            }
        }
        best
    }

    /// All that the others of a player of that type may be and do.
    fn situations(
        &self,
        at: usize,
        kind: usize,
        terms: &Terms,
    ) -> impl Iterator<Item = (Vec<usize>, Vec<usize>)> {
        let profiles = |types: &Vec<usize>| match terms.property {
            DominantStrategy => {
                let steady = |other: usize| {
                    let all = &self.places[other].options;
                    let steady = (0..all.len()).filter(|option| !all[*option].reacts);
                    if other == at { vec![0] } else { steady.collect() }
                };
                lists(&(0..self.players()).map(steady).collect::<Vec<_>>())
            }
            _ => vec![self.intended(types)],
        };
        let all = self.types().into_iter().filter(|types| types[at] == kind);
        let all = all.flat_map(|types| {
            let profiles = profiles(&types);
            profiles.into_iter().map(move |profile| (types.clone(), profile)).collect::<Vec<_>>()
        });
        all.collect::<Vec<_>>().into_iter()
    }

    /// Every group with all that it can do together but what is intended, each with so many
    /// identities at most: types, the intended options, the members, and the options then.
    fn joint(
        &self,
        size: usize,
        identities: u32,
        less: &Less,
    ) -> impl Iterator<Item = (Vec<usize>, Vec<usize>, Vec<usize>, Vec<usize>)> {
        let mut all = Vec::new();
        for group in sets(self.players(), size) {
            let single = |at: &usize| {
                self.options(*at, less, |option| self.identities(*at, option) <= identities)
            };
            let joint = lists(&group.iter().map(single).collect::<Vec<_>>());
            for types in self.types() {
                let before = self.intended(&types);
                for options in &joint {
                    let after = put(&before, &group, options);
                    if after != before {
                        all.push((types.clone(), before.clone(), group.clone(), after));
                    }
                }
            }
        }
        all.into_iter()
    }

    fn coalition(&self, terms: &Terms, less: &Less) -> Option<Rational> {
        let size = terms.size.unwrap_or(2) as usize;
        if size > self.players() {
            return None;
        }
        let gain =
            |(types, before, group, after): (Vec<usize>, Vec<usize>, Vec<usize>, Vec<usize>)| {
                let gain = |at: &usize| {
                    self.payoff(&types, &after, *at) - self.payoff(&types, &before, *at)
                };
                let gains = group.iter().map(gain);
                match terms.side_payments {
                    Some(false) => gains.min().expect("a group has members"),
                    _ => gains.sum(),
                }
            };
        self.joint(size, 1, less).map(gain).max()
    }

    /// The most that a player loses who behaves as intended.
    fn immunity(&self, terms: &Terms, less: &Less) -> Option<Rational> {
        let size = terms.size.unwrap_or(1) as usize;
        if size >= self.players() {
            return None;
        }
        let losses = self.joint(size, 1, less).flat_map(|(types, before, group, after)| {
            let victims = (0..self.players()).filter(|at| !group.contains(at)).collect::<Vec<_>>();
            let loss = move |at| self.payoff(&types, &before, at) - self.payoff(&types, &after, at);
            victims.into_iter().map(loss)
        });
        losses.max()
    }

    /// The greatest harm to all others for what it costs one player.
    fn griefing(&self, terms: &Terms, less: &Less) -> Answer {
        let (mut most, mut free) = (whole(0), false);
        for (types, before, group, after) in self.joint(1, u32::MAX, less) {
            let [before, after] = [before, after].map(|profile| self.outcome(&types, &profile));
            let loss = |at: usize| &before.payoffs[at] - &after.payoffs[at];
            let others = (0..self.players()).filter(|at| *at != group[0]).map(loss);
            let seats = before.others_each.iter().zip(&after.others_each).map(|(was, is)| was - is);
            let others = others.chain(seats);
            let harm: Rational = others.filter(Signed::is_positive).sum();
            let own = loss(group[0]);
            if harm.is_positive() && !own.is_positive() {
                free = true;
            } else if harm.is_positive() {
                most = most.max(harm / own);
            }
        }
        let factor = terms.factor.as_ref().map_or(whole(1), |factor| factor.0.clone());
        Answer::new(!free && most <= factor, (!free).then_some(most))
    }

    /// The most that is lost of the highest sum, over all types.
    fn efficiency(&self, terms: &Terms) -> Option<Answer> {
        let lost = |types: Vec<usize>| {
            let end = self.outcome(&types, &self.intended(&types));
            Some(self.welfare(&types)? - end.payoffs.iter().sum::<Rational>() - &end.others)
        };
        let lost = self.types().into_iter().map(lost).max().flatten()?;
        let rounds = self.is("funding") && self.kind() != "assurance";
        let rounding = if rounds { self.players().pow(2) as i128 } else { 0 };
        Some(Answer { rounding, ..Answer::of_gain(lost, terms) })
    }

    /// The highest sum that there can be for these types.
    fn welfare(&self, types: &[usize]) -> Option<Rational> {
        let number = |(place, kind): (&Place, &usize)| numbers(&place.types[*kind])[0];
        let values: Vec<i128> = self.places.iter().zip(types).map(number).collect();
        if self.is("auction") {
            let weights = self.table["world"]["weights"].as_array()?.iter();
            let weights: Vec<i128> =
                weights.map(|one| one.as_integer().unwrap_or(0).into()).collect();
            let of = |value: &i128| weights.iter().map(|weight| value * weight).collect();
            return Some(self.assigned(&values.iter().map(of).collect::<Vec<_>>()));
        }
        let all: i128 = values.iter().sum();
        let best = match (self.is("funding"), self.kind()) {
            (false, _) => return None,
            (_, "assurance") => (all - self.number("params", "threshold")).max(0),
            // With so much for a good: at most the square of the sum of all roots.
            _ => {
                let roots = |funds: i128| {
                    values.iter().map(|value| (4 * value * funds).isqrt()).sum::<i128>()
                };
                (0..=all * values.len() as i128).map(|funds| roots(funds) - funds).max()?
            }
        };
        Some(whole(best))
    }

    /// The most that items are worth together, each to one bidder or nobody. What a bidder would give
    /// for one more unit, or where items differ for the one of them that it wants.
    fn assigned(&self, values: &[Vec<i128>]) -> Rational {
        let items = self.number("params", "items") as usize;
        let worth = |owners: &Vec<usize>| {
            let of = |(bidder, values): (usize, &Vec<i128>)| {
                let won: Vec<usize> = (0..items).filter(|item| owners[*item] == bidder).collect();
                let value = |item: usize| values.get(item).copied().unwrap_or(0);
                match self.kind() {
                    "vcg" | "linear" => won.into_iter().map(value).max().unwrap_or(0),
                    _ => (0..won.len()).map(value).sum(),
                }
            };
            values.iter().enumerate().map(of).sum::<i128>()
        };
        let owners = lists(&vec![(0..=values.len()).collect(); items]);
        whole(owners.iter().map(worth).max().unwrap_or(0))
    }

    /// What the owner could earn more from the intended bids, at most.
    fn optimal_revenue(&self, terms: &Terms) -> Option<Answer> {
        let lost = |types: Vec<usize>| {
            let profile = self.intended(&types);
            let bids = |(place, option): (&Place, &usize)| numbers(&place.options[*option].name);
            let bids: Vec<_> = self.places.iter().zip(&profile).map(bids).collect();
            Some(self.assigned(&bids) - self.outcome(&types, &profile).revenue.clone()?)
        };
        let lost = self.types().into_iter().map(lost).max().flatten()?;
        Some(Answer::of_gain(lost, terms))
    }

    fn revenue(&self, terms: &Terms) -> Option<Answer> {
        let types = self.types();
        let earned =
            types.iter().map(|types| self.outcome(types, &self.intended(types)).revenue.clone());
        let earned = earned.sum::<Option<Rational>>()? / whole(types.len() as i128);
        Some(Answer::new(earned >= terms.least.as_ref()?.0, earned))
    }

    fn solvency(&self) -> Answer {
        let all = |place: &Place| (0..place.options.len()).collect();
        let profiles = lists(&self.places.iter().map(all).collect::<Vec<_>>());
        let types = vec![0; self.players()];
        let shortfall =
            profiles.iter().map(|profile| self.outcome(&types, profile).shortfall).max();
        let shortfall =
            shortfall.filter(|shortfall| *shortfall > 0).map(|shortfall| whole(shortfall as i128));
        Answer::new(shortfall.is_none(), shortfall)
    }

    /// Looks for all profiles from which nobody gains by leaving.
    fn uniqueness(&self, less: &Less, finding: &Finding) -> Option<Answer> {
        if self.places.iter().any(|place| place.types.len() > 1) {
            return None;
        }
        let types = vec![0; self.players()];
        let single = |at| self.options(at, less, |option| self.identities(at, option) < 2);
        let options: Vec<_> = (0..self.players()).map(single).collect();
        let stays = |profile: &Vec<usize>| {
            let gains = |at: usize| {
                let payoff = |one| self.payoff(&types, &put(profile, &[at], &[one]), at);
                options[at].iter().any(|option| payoff(*option) > payoff(profile[at]))
            };
            !(0..self.players()).any(gains)
        };
        let stable: Vec<_> = lists(&options).into_iter().filter(stays).collect();
        let own = self.intended(&types);
        if finding.method.contains("who is who") {
            return self.uniqueness_of_counts(&options, stable, own, finding);
        }
        let others = stable.iter().filter(|profile| **profile != own).count();
        let holds = stable.contains(&own) && others == 0;
        Some(Answer::new(holds, (!holds).then(|| whole(others as i128))))
    }

    /// The same where it does not count who does what: an equilibrium is one whoever that is. Where
    /// some orders are and others are not, the audit may not know.
    fn uniqueness_of_counts(
        &self,
        options: &[Vec<usize>],
        stable: Vec<Vec<usize>>,
        own: Vec<usize>,
        finding: &Finding,
    ) -> Option<Answer> {
        let sorted = |mut profile: Vec<usize>| {
            profile.sort();
            profile
        };
        let own = sorted(own);
        let mut orders: HashMap<Vec<usize>, (usize, usize)> = HashMap::new();
        lists(options).into_iter().for_each(|all| orders.entry(sorted(all)).or_default().0 += 1);
        stable.into_iter().for_each(|one| orders.entry(sorted(one)).or_default().1 += 1);
        let always =
            |(key, (all, stable)): (&Vec<usize>, &(usize, usize))| *key != own && all == stable;
        let others = orders.iter().filter(|(key, both)| always((key, both))).count();
        let sometimes = orders.iter().any(|(key, (_, stable))| *key != own && *stable > 0);
        let is_one = orders.get(&own).is_some_and(|(all, stable)| all == stable);
        match (others, sometimes) {
            (0, true) if finding.verdict == Verdict::Unknown => None,
            (0, false) if is_one => Some(Answer::new(true, None)),
            _ => Some(Answer::new(false, whole(others as i128))),
        }
    }

    /// Who can be corrupted, by which option, and how many of them turn the outcome.
    fn corruptible(&self) -> Option<(Vec<(usize, usize)>, usize)> {
        let name = if self.is("oracle") { "lie" } else { "equivocate" };
        let of = |(at, place): (usize, &Place)| {
            Some((at, place.options.iter().position(|option| option.name == name)?))
        };
        let all: Vec<_> = self.places.iter().enumerate().filter_map(of).collect();
        // More lies than other answers; more than a third of the stake.
        let needed = if self.is("oracle") { all.len() / 2 + 1 } else { all.len() / 3 + 1 };
        (!all.is_empty() && self.types().len() == 1).then_some((all, needed))
    }

    /// The profile in which these are corrupt.
    fn corrupted(&self, who: &[(usize, usize)]) -> Vec<usize> {
        let (at, option): (Vec<_>, Vec<_>) = who.iter().copied().unzip();
        put(&self.intended(&vec![0; self.players()]), &at, &option)
    }

    /// The least that a player has to be offered to join those who take their offers for sure,
    /// whatever the rest of the bribed do; nothing if no offer does. A promise is paid only if the
    /// outcome is not turned.
    fn offer(
        &self,
        sure: &[(usize, usize)],
        one: (usize, usize),
        rest: &[(usize, usize)],
        promised_below: Option<usize>,
    ) -> Option<i128> {
        let types = vec![0; self.players()];
        let mut least = 0;
        for set in std::iter::once(vec![]).chain(sets(rest.len(), rest.len())) {
            let more = set.iter().map(|at| rest[*at]);
            let others: Vec<_> = sure.iter().copied().chain(more).collect();
            let [refuses, takes] = [others.clone(), [&others[..], &[one]].concat()]
                .map(|who| self.payoff(&types, &self.corrupted(&who), one.0));
            let offer = (refuses - takes).floor().to_integer() + 1;
            let offer = i128::try_from(offer).expect("it is a small game");
            match promised_below {
                Some(needed) if others.len() + 1 >= needed && offer > 0 => return None,
                Some(needed) if others.len() + 1 >= needed => {}
                _ => least = least.max(offer),
            }
        }
        Some(least)
    }

    /// The least sum of offers to so many or more, in any order, so that to take them is iteratively
    /// dominant.
    fn budget(&self, all: &[(usize, usize)], needed: usize, promised: bool) -> Option<i128> {
        let promised_below = promised.then_some(needed);
        let orders = lists(&vec![(0..all.len()).collect(); all.len()]).into_iter();
        let orders =
            orders.filter(|order| order.iter().collect::<BTreeSet<_>>().len() == all.len());
        let sum = |(order, bribed): (Vec<usize>, usize)| {
            let who: Vec<_> = order[..bribed].iter().map(|at| all[*at]).collect();
            let one = |at: usize| self.offer(&who[..at], who[at], &who[at + 1..], promised_below);
            (0..bribed).map(one).sum::<Option<i128>>()
        };
        let cases = orders
            .flat_map(|order| (needed..=all.len()).map(move |bribed| (order.clone(), bribed)));
        cases.filter_map(sum).min()
    }

    fn bribery(&self, terms: &Terms) -> Option<Answer> {
        let (all, needed) = self.corruptible()?;
        let budget = self.budget(&all, needed, false)?;
        let spends = terms.budget.map_or(0, |budget| budget.0);
        let promises = terms.promise.map_or(spends, |promise| promise.0);
        let promise = self.budget(&all, needed, true);
        let broken = budget <= spends || promise.is_some_and(|promise| promise <= promises);
        // Places differ by what the rules round.
        let rounding = if self.is("staking") { all.len() as i128 } else { 0 };
        Some(Answer { rounding, ..Answer::new(!broken, whole(budget)) })
    }

    /// What those lose at least who turn the outcome. Where nothing but tokens counts.
    fn corruption(&self, terms: &Terms) -> Option<Answer> {
        let (all, needed) = self.corruptible()?;
        let types = vec![0; self.players()];
        let cost = |set: Vec<usize>| {
            let who: Vec<_> = set.iter().map(|at| all[*at]).collect();
            let payoff = |profile: &[usize]| {
                who.iter().map(|(at, _)| self.payoff(&types, profile, *at)).sum::<Rational>()
            };
            payoff(&self.corrupted(&[])) - payoff(&self.corrupted(&who))
        };
        let all_sets = sets(all.len(), all.len()).into_iter();
        let cost = all_sets.filter(|set| set.len() >= needed).map(cost).min()?;
        let profit = terms.profit.map_or(0, |profit| profit.0) + terms.margin();
        Some(Answer::new(cost > whole(profit), cost))
    }
}

/// All numbers in a text.
fn numbers(text: &str) -> Vec<i128> {
    text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
}
