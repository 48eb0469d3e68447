//! Linear programming in exact arithmetic: the two-phase simplex method on integer tableaux, with
//! the largest coefficient entering and lexicographic ratio tests, so that it ends.
//!
//! Equations have a slack that is held at zero: it is driven out of the basis first and stays out.
//! The first phase lowers one artificial variable that all rows share (Chvátal 1983, chapter 3).
//! Free variables are nonnegative ones less one nonnegative variable that they share.

use super::Limit;
use super::tableau::{Cell, Tableau, exactly};
use crate::exact::Rational;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Zero};

/// How the left side of a constraint relates to its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// It is no larger.
    AtMost,
    /// It is the same.
    Equal,
    /// It is no less.
    AtLeast,
}

/// Maximise a linear function of variables under linear constraints.
#[derive(Clone, Debug)]
pub struct Program {
    objective: Vec<Rational>,
    free: Vec<bool>,
    constraints: Vec<Constraint>,
}

#[derive(Clone, Debug)]
struct Constraint {
    terms: Vec<(usize, Rational)>,
    relation: Relation,
    bound: Rational,
}

/// What a linear program came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Solution {
    /// Nothing is better.
    Optimal {
        /// The objective's value.
        value: Rational,
        /// Every variable's value, a vertex if no variable is free.
        point: Vec<Rational>,
        /// By how much the value would grow per unit of every constraint's bound: nonnegative for
        /// [`Relation::AtMost`], nonpositive for [`Relation::AtLeast`]. The value is the sum of
        /// bounds times duals.
        duals: Vec<Rational>,
    },
    /// No point satisfies all constraints.
    Infeasible,
    /// The objective grows without end.
    Unbounded,
    /// It needs more pivots or more memory than the limit.
    Stopped,
}

/// Bytes that a cell of a program takes until it is solved, about.
const CELL: usize = 256;

/// Whether a program of so many constraints and variables has room in the limit.
pub fn has_room(constraints: usize, variables: usize, limit: Limit) -> bool {
    let cells = constraints.saturating_add(1).saturating_mul(variables.saturating_add(3));
    cells.saturating_mul(CELL) <= limit.bytes
}

impl Program {
    /// A program of so many nonnegative variables, no constraints, and nothing to maximise.
    pub fn new(variables: usize) -> Self {
        let objective = vec![Rational::zero(); variables];
        Self { objective, free: vec![false; variables], constraints: Vec::new() }
    }

    /// Lets a variable be negative.
    pub fn free(&mut self, variable: usize) {
        self.free[variable] = true;
    }

    /// Adds to the objective `Σ coefficient · variable`.
    pub fn maximise(&mut self, terms: impl IntoIterator<Item = (usize, Rational)>) {
        for (variable, coefficient) in terms {
            self.objective[variable] += coefficient;
        }
    }

    /// Adds the constraint that `Σ coefficient · variable` relates so to `bound`. Terms of the same
    /// variable add up.
    pub fn constrain(
        &mut self,
        terms: impl IntoIterator<Item = (usize, Rational)>,
        relation: Relation,
        bound: Rational,
    ) {
        self.constraints.push(Constraint { terms: terms.into_iter().collect(), relation, bound });
    }

    /// Solves it. The limit's steps are pivots.
    pub fn solve(&self, limit: Limit) -> Solution {
        if !has_room(self.constraints.len(), self.objective.len(), limit) {
            return Solution::Stopped;
        }
        let (rows, scales) = self.rows();
        let fast = || self.simplex(Simplex::<i128>::new(self, &rows, limit)?, &scales);
        let sure = || self.simplex(Simplex::<BigInt>::new(self, &rows, limit)?, &scales);
        exactly(fast, sure)
    }

    /// Integer rows `Σ cell · variable + slack = side` with the objective last, and what every row
    /// was multiplied by. The last two variables are the one shared by the free ones and the
    /// artificial one.
    fn rows(&self) -> (Vec<Vec<BigInt>>, Vec<BigInt>) {
        let variables = self.objective.len();
        let mut rows = Vec::with_capacity(self.constraints.len() + 1);
        let mut scales = Vec::with_capacity(self.constraints.len() + 1);
        let mut keep = |mut row: Vec<Rational>| {
            let free = row.iter().zip(&self.free).filter(|(_, free)| **free);
            row[variables] = -free.map(|(cell, _)| cell).sum::<Rational>();
            let (row, scale) = whole_row(&row);
            rows.push(row);
            scales.push(scale);
        };
        for Constraint { terms, relation, bound } in &self.constraints {
            let mut row = vec![Rational::zero(); variables + 3];
            for (variable, coefficient) in terms {
                row[*variable] += coefficient;
            }
            row[variables + 2] = bound.clone();
            if *relation == Relation::AtLeast {
                row.iter_mut().for_each(|cell| *cell = -&*cell);
            }
            keep(row);
        }
        let mut last: Vec<_> = self.objective.iter().map(|coefficient| -coefficient).collect();
        last.resize(variables + 3, Rational::zero());
        keep(last);
        (rows, scales)
    }

    fn simplex<N: Cell>(&self, mut simplex: Simplex<N>, scales: &[BigInt]) -> Option<Solution> {
        Some(match simplex.run()? {
            End::Optimal => self.optimal(&simplex.tableau, scales),
            End::Infeasible => Solution::Infeasible,
            End::Unbounded => Solution::Unbounded,
            End::Stopped => Solution::Stopped,
        })
    }

    /// Reads the solution from the last tableau.
    fn optimal<N: Cell>(&self, tableau: &Tableau<N>, scales: &[BigInt]) -> Solution {
        let (variables, last) = (self.objective.len(), self.constraints.len());
        let below = tableau.denominator.to_big();
        let mut values = vec![Rational::zero(); variables + 2 + last];
        for (row, variable) in tableau.basic.iter().enumerate().take(last) {
            values[*variable] = Rational::new(tableau.side(row).to_big(), below.clone());
        }
        let shared = values[variables].clone();
        let point = values.iter().zip(&self.free).map(|(value, free)| match free {
            true => value - &shared,
            false => value.clone(),
        });
        let below = below * &scales[last];
        let mut duals = vec![Rational::zero(); last];
        for (column, variable) in tableau.nonbasic.iter().enumerate() {
            if let Some(row) = variable.checked_sub(variables + 2) {
                let cell = tableau.cell(last, column).to_big() * &scales[row];
                let dual = Rational::new(cell, below.clone());
                let negated = self.constraints[row].relation == Relation::AtLeast;
                duals[row] = if negated { -dual } else { dual };
            }
        }
        let value = Rational::new(tableau.side(last).to_big(), below);
        Solution::Optimal { value, point: point.collect(), duals }
    }
}

/// A row times the least number that makes it whole, and that number.
fn whole_row(row: &[Rational]) -> (Vec<BigInt>, BigInt) {
    let scale = row.iter().fold(BigInt::one(), |scale, cell| scale.lcm(cell.denom()));
    (row.iter().map(|cell| cell.numer() * (&scale / cell.denom())).collect(), scale)
}

enum End {
    Optimal,
    Infeasible,
    Unbounded,
    Stopped,
}

/// The method at work. The objective is the last row of its tableau.
struct Simplex<N> {
    tableau: Tableau<N>,
    /// Variables that are zero and may not enter the basis.
    fixed: Vec<bool>,
    artificial: usize,
    /// The steps that are left, and the time.
    limit: Limit,
}

impl<N: Cell> Simplex<N> {
    fn new(program: &Program, rows: &[Vec<BigInt>], limit: Limit) -> Option<Self> {
        let (variables, last) = (program.objective.len() + 2, program.constraints.len());
        // The objective's row has a basic variable too, which never leaves.
        let basic = (variables..=variables + last).collect();
        let tableau = Tableau::new(rows, basic, (0..variables).collect())?;
        let artificial = variables - 1;
        let mut fixed = vec![false; variables + last];
        fixed[artificial] = true;
        fixed[artificial - 1] = !program.free.contains(&true);
        for (row, constraint) in program.constraints.iter().enumerate() {
            fixed[variables + row] = constraint.relation == Relation::Equal;
        }
        Some(Self { tableau, fixed, artificial, limit })
    }

    /// The number of rows but the objective's.
    fn last(&self) -> usize {
        self.tableau.rows() - 1
    }

    fn run(&mut self) -> Option<End> {
        for row in 0..self.last() {
            if self.limit.is_over() {
                return Some(End::Stopped);
            }
            if self.fixed[self.tableau.basic[row]]
                && !self.drive_out(row)?
                && !self.tableau.side(row).is_zero()
            {
                return Some(End::Infeasible);
            }
        }
        if let Some(end) = self.first_phase()? {
            return Some(end);
        }
        self.second_phase()
    }

    /// Swaps the basic variable of a row for one that need not be zero. `false` if there is none.
    fn drive_out(&mut self, row: usize) -> Option<bool> {
        let may = |column: &usize| {
            let free = !self.fixed[self.tableau.nonbasic[*column]];
            free && !self.tableau.cell(row, *column).is_zero()
        };
        let Some(column) = (0..self.tableau.columns()).find(may) else { return Some(false) };
        self.tableau.pivot(row, column).map(|()| true)
    }

    /// Makes all right-hand sides nonnegative. Says how it ended if it did not get there.
    fn first_phase(&mut self) -> Option<Option<End>> {
        let last = self.last();
        let worst = (0..last).min_by_key(|row| self.tableau.side(*row));
        let Some(worst) = worst.filter(|row| self.tableau.side(*row).is_negative()) else {
            return Some(None);
        };
        for row in 0..last {
            // An equation that follows from others stays as it is.
            if !self.fixed[self.tableau.basic[row]] {
                self.tableau.set(row, self.artificial, -self.tableau.denominator.clone());
            }
        }
        self.tableau.pivot(worst, self.artificial)?;
        let order = self.tableau.basic[..last].to_vec();
        while self.tableau.basic[worst] == self.artificial {
            if self.tableau.side(worst).is_zero() {
                self.drive_out(worst)?;
                break;
            }
            let Some(column) = self.largest(|column| self.tableau.cell(worst, column).clone())
            else {
                return Some(Some(End::Infeasible));
            };
            if let Some(end) = self.step(column, &order)? {
                return Some(Some(end));
            }
        }
        Some(None)
    }

    fn second_phase(&mut self) -> Option<End> {
        let last = self.last();
        let order = self.tableau.basic[..last].to_vec();
        while let Some(column) = self.largest(|column| -self.tableau.cell(last, column).clone()) {
            if let Some(end) = self.step(column, &order)? {
                return Some(end);
            }
        }
        Some(End::Optimal)
    }

    /// The column that may enter the basis with the largest positive value.
    fn largest(&self, value: impl Fn(usize) -> N) -> Option<usize> {
        let columns = 0..self.tableau.columns();
        let may = columns.filter(|column| !self.fixed[self.tableau.nonbasic[*column]]);
        let positive = may.map(|column| (value(column), column)).filter(|(v, _)| v.is_positive());
        positive.max().map(|(_, column)| column)
    }

    /// Lets a column enter the basis. Says how it ended if that cannot be.
    fn step(&mut self, column: usize, order: &[usize]) -> Option<Option<End>> {
        if self.limit.steps == 0 || self.limit.is_over() {
            return Some(Some(End::Stopped));
        }
        self.limit.steps -= 1;
        let Some(row) = self.tableau.leaving(self.last(), column, order)? else {
            return Some(Some(End::Unbounded));
        };
        self.tableau.pivot(row, column).map(|()| None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::whole;
    use num_traits::Signed;
    use rand::Rng;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    fn row(numbers: &[i128]) -> Vec<(usize, Rational)> {
        numbers.iter().map(|number| whole(*number)).enumerate().collect()
    }

    fn value(solution: &Solution) -> Option<String> {
        match solution {
            Solution::Optimal { value, .. } => Some(value.to_string()),
            _ => None,
        }
    }

    #[test]
    fn textbook_programs() {
        // Chvátal 1983, chapter 2.
        let mut program = Program::new(3);
        program.maximise(row(&[5, 4, 3]));
        program.constrain(row(&[2, 3, 1]), Relation::AtMost, whole(5));
        program.constrain(row(&[4, 1, 2]), Relation::AtMost, whole(11));
        program.constrain(row(&[3, 4, 2]), Relation::AtMost, whole(8));
        let point = vec![whole(2), whole(0), whole(1)];
        let duals = vec![whole(1), whole(0), whole(1)];
        let expected = Solution::Optimal { value: whole(13), point, duals };
        assert_eq!(program.solve(Limit::default()), expected);
        let stopped = program.solve(Limit { steps: 1, ..Limit::default() });
        assert_eq!(stopped, Solution::Stopped);
        let stopped = program.solve(Limit { bytes: 100, ..Limit::default() });
        assert_eq!(stopped, Solution::Stopped);
        program.constrain(row(&[1, 1, 1]), Relation::AtLeast, whole(5));
        assert_eq!(program.solve(Limit::default()), Solution::Infeasible);
    }

    #[test]
    fn pivots_that_change_nothing_do_not_go_round() {
        // Beale 1955: cycles with the largest coefficient and ties broken by the first row.
        let mut program = Program::new(4);
        let number = |above: i64, below: i64| Rational::new(above.into(), below.into());
        let terms = |numbers: [Rational; 4]| numbers.into_iter().enumerate();
        program.maximise(terms([number(3, 4), number(-150, 1), number(1, 50), number(-6, 1)]));
        let first = terms([number(1, 4), number(-60, 1), number(-1, 25), number(9, 1)]);
        program.constrain(first, Relation::AtMost, whole(0));
        let second = terms([number(1, 2), number(-90, 1), number(-1, 50), number(3, 1)]);
        program.constrain(second, Relation::AtMost, whole(0));
        program.constrain([(2, whole(1))], Relation::AtMost, whole(1));
        assert_eq!(value(&program.solve(Limit::default())).as_deref(), Some("1/20"));
    }

    #[test]
    fn numbers_may_be_of_any_size() {
        let huge = num_traits::pow(whole(10), 60);
        let mut program = Program::new(2);
        program.maximise([(0, huge.clone()), (1, whole(1))]);
        program.constrain([(0, whole(3)), (1, huge.clone())], Relation::AtMost, huge.clone());
        let Solution::Optimal { value, .. } = program.solve(Limit::default()) else { panic!() };
        assert_eq!(value, &huge * &huge / whole(3));
    }

    fn random(rng: &mut ChaCha8Rng) -> Program {
        let variables = rng.random_range(1..5);
        let mut program = Program::new(variables);
        program.maximise((0..variables).map(|variable| (variable, whole(rng.random_range(-3..4)))));
        for _ in 0..rng.random_range(0..6) {
            let numbers: Vec<_> = (0..variables).map(|_| rng.random_range(-3..=3)).collect();
            let relation = [Relation::AtMost, Relation::Equal, Relation::AtLeast];
            let bound =
                Rational::new(rng.random_range(-4..5).into(), rng.random_range(1..4).into());
            program.constrain(row(&numbers), relation[rng.random_range(0..3)], bound);
        }
        (0..variables).filter(|_| rng.random_bool(0.3)).for_each(|variable| program.free(variable));
        program
    }

    /// The dual, as a maximum of the opposite.
    fn dual(primal: &Program) -> Program {
        let mut dual = Program::new(primal.constraints.len());
        let mut columns = vec![Vec::new(); primal.objective.len()];
        for (number, constraint) in primal.constraints.iter().enumerate() {
            let Constraint { terms, relation, bound } = constraint;
            // A multiplier that may not be positive is the opposite of one that may not be negative.
            let sign = whole(if *relation == Relation::AtLeast { -1 } else { 1 });
            dual.maximise([(number, -bound * &sign)]);
            if *relation == Relation::Equal {
                dual.free(number);
            }
            for (variable, coefficient) in terms {
                columns[*variable].push((number, coefficient * &sign));
            }
        }
        for (variable, column) in columns.into_iter().enumerate() {
            let relation = [Relation::AtLeast, Relation::Equal][usize::from(primal.free[variable])];
            dual.constrain(column, relation, primal.objective[variable].clone());
        }
        dual
    }

    fn holds(program: &Program, point: &[Rational]) -> bool {
        let signs = point.iter().zip(&program.free).all(|(x, free)| *free || !x.is_negative());
        signs
            && program.constraints.iter().all(|Constraint { terms, relation, bound }| {
                let left: Rational = terms.iter().map(|(at, number)| number * &point[*at]).sum();
                match relation {
                    Relation::AtMost => left <= *bound,
                    Relation::Equal => left == *bound,
                    Relation::AtLeast => left >= *bound,
                }
            })
    }

    /// An optimum is one as its dual has the same value (weak duality proves it); else both sides
    /// must fail in ways that fit.
    #[test]
    fn every_answer_has_its_certificate() {
        let mut seen = [0; 3];
        for seed in 0..3_000 {
            let program = random(&mut ChaCha8Rng::seed_from_u64(seed));
            let other = dual(&program);
            let answers = (program.solve(Limit::default()), other.solve(Limit::default()));
            match &answers {
                (
                    Solution::Optimal { value, point, duals },
                    Solution::Optimal { value: same, .. },
                ) => {
                    assert!(holds(&program, point), "seed {seed}");
                    assert_eq!(value, &-same, "seed {seed}");
                    let bounds = program.constraints.iter().map(|constraint| &constraint.bound);
                    let sum: Rational = bounds.zip(duals).map(|(bound, dual)| bound * dual).sum();
                    assert_eq!(value, &sum, "seed {seed}");
                    let signed = program.constraints.iter().zip(duals);
                    let signed = signed.map(|(constraint, dual)| match constraint.relation {
                        Relation::AtLeast => -dual,
                        _ => dual.clone(),
                    });
                    assert!(holds(&other, &signed.collect::<Vec<_>>()), "seed {seed}");
                    seen[0] += 1;
                }
                (Solution::Infeasible, Solution::Infeasible | Solution::Unbounded) => seen[1] += 1,
                (Solution::Unbounded, Solution::Infeasible) => seen[2] += 1,
                _ => panic!("seed {seed}: {answers:?}"),
            }
        }
        assert!(seen.iter().all(|times| *times > 100), "{seen:?}");
    }
}
