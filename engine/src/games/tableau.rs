//! Tableaux of integers with one common denominator, and how to pivot on them.
//!
//! A row says `denominator · basic + Σ cell · nonbasic = last cell`. A pivot keeps all cells whole:
//! they are minors of the first tableau, so the division by the old denominator leaves no rest
//! (Edmonds 1967, Bareiss 1968). Ties of the ratio test are broken lexicographically (Dantzig,
//! Orden, Wolfe 1955), which is as if the right-hand sides were a little perturbed: no sequence of
//! pivots that improves comes back to a basis.
//!
//! Cells are `i128` as long as they fit, and any integers else: [`exactly`].

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};
use std::cmp::Ordering;

/// The integers of a tableau. What does not fit is `None`.
pub trait Cell: Clone + Ord + Zero + Signed {
    /// The same number.
    fn from_big(number: &BigInt) -> Option<Self>;
    /// The same number.
    fn to_big(&self) -> BigInt;
    /// `(a·b − c·d) / e`, which is whole.
    fn cross(a: &Self, b: &Self, c: &Self, d: &Self, e: &Self) -> Option<Self>;
    /// How `a·b` compares to `c·d`.
    fn compare(a: &Self, b: &Self, c: &Self, d: &Self) -> Option<Ordering>;
}

impl Cell for i128 {
    fn from_big(number: &BigInt) -> Option<Self> {
        // The least number has no opposite.
        number.to_i128().filter(|number| *number != i128::MIN)
    }

    fn to_big(&self) -> BigInt {
        (*self).into()
    }

    fn cross(a: &Self, b: &Self, c: &Self, d: &Self, e: &Self) -> Option<Self> {
        let over = a.checked_mul(*b)?.checked_sub(c.checked_mul(*d)?)?;
        over.checked_div(*e).filter(|number| *number != i128::MIN)
    }

    fn compare(a: &Self, b: &Self, c: &Self, d: &Self) -> Option<Ordering> {
        Some(a.checked_mul(*b)?.cmp(&c.checked_mul(*d)?))
    }
}

impl Cell for BigInt {
    fn from_big(number: &BigInt) -> Option<Self> {
        Some(number.clone())
    }

    fn to_big(&self) -> BigInt {
        self.clone()
    }

    fn cross(a: &Self, b: &Self, c: &Self, d: &Self, e: &Self) -> Option<Self> {
        Some((a * b - c * d) / e)
    }

    fn compare(a: &Self, b: &Self, c: &Self, d: &Self) -> Option<Ordering> {
        Some((a * b).cmp(&(c * d)))
    }
}

/// Does `fast`, whose cells are `i128`, and `sure`, whose cells are of any size, if they did not
/// suffice.
pub fn exactly<T>(fast: impl FnOnce() -> Option<T>, sure: impl FnOnce() -> Option<T>) -> T {
    fast().or_else(sure).expect("an integer of any size fits")
}

/// A tableau. Its last column holds the right-hand sides.
#[derive(Clone)]
pub struct Tableau<N> {
    cells: Vec<N>,
    /// What all cells are to be divided by. Positive.
    pub denominator: N,
    /// The basic variable of every row.
    pub basic: Vec<usize>,
    /// The variable of every column but the last.
    pub nonbasic: Vec<usize>,
}

impl<N: Cell> Tableau<N> {
    /// A tableau with the denominator one.
    pub fn new(rows: &[Vec<BigInt>], basic: Vec<usize>, nonbasic: Vec<usize>) -> Option<Self> {
        let cells = rows.iter().flatten().map(N::from_big).collect::<Option<Vec<_>>>()?;
        debug_assert_eq!(cells.len(), basic.len() * (nonbasic.len() + 1));
        Some(Self { cells, denominator: N::one(), basic, nonbasic })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.basic.len()
    }

    /// The number of columns but the last.
    pub fn columns(&self) -> usize {
        self.nonbasic.len()
    }

    /// A cell.
    pub fn cell(&self, row: usize, column: usize) -> &N {
        &self.cells[row * (self.columns() + 1) + column]
    }

    /// The right-hand side of a row.
    pub fn side(&self, row: usize) -> &N {
        self.cell(row, self.columns())
    }

    /// Changes a cell.
    pub fn set(&mut self, row: usize, column: usize, cell: N) {
        let width = self.columns() + 1;
        self.cells[row * width + column] = cell;
    }

    /// Swaps the basic variable of `row` with the nonbasic one of `column`. `None` if a cell no
    /// longer fits; the tableau is then of no use.
    pub fn pivot(&mut self, row: usize, column: usize) -> Option<()> {
        let width = self.columns() + 1;
        let pivot = self.cell(row, column).clone();
        let own = self.cells[row * width..(row + 1) * width].to_vec();
        let below = std::mem::replace(&mut self.denominator, pivot.clone());
        for (at, line) in self.cells.chunks_exact_mut(width).enumerate() {
            let factor = line[column].clone();
            if at == row {
                line[column] = below.clone();
                continue;
            }
            if factor.is_zero() && pivot == below {
                continue;
            }
            for (cell, own) in line.iter_mut().zip(&own) {
                *cell = N::cross(cell, &pivot, &factor, own, &below)?;
            }
            line[column] = -factor;
        }
        if pivot.is_negative() {
            self.denominator = -pivot;
            self.cells.iter_mut().for_each(|cell| *cell = -cell.clone());
        }
        std::mem::swap(&mut self.basic[row], &mut self.nonbasic[column]);
        Some(())
    }

    /// The row that leaves the basis for `column`, among the first `rows`: the first whose basic
    /// variable would turn negative, ties broken lexicographically by the columns of the variables
    /// in `order`, which were basic when all right-hand sides were found to be nonnegative.
    /// The outer `None` says that a number does not fit, the inner one that there is no such row.
    pub fn leaving(&self, rows: usize, column: usize, order: &[usize]) -> Option<Option<usize>> {
        let mut ties: Vec<usize> = Vec::new();
        for row in 0..rows {
            let here = self.cell(row, column);
            if !here.is_positive() {
                continue;
            }
            let Some(&best) = ties.first() else {
                ties.push(row);
                continue;
            };
            let there = self.cell(best, column);
            match N::compare(self.side(row), there, self.side(best), here)? {
                Ordering::Less => ties = vec![row],
                Ordering::Equal => ties.push(row),
                Ordering::Greater => {}
            }
        }
        let mut order = order.iter();
        while ties.len() > 1 {
            let next = order.next().expect("no two rows of a basis are proportional");
            ties = self.least(&ties, column, *next)?;
        }
        Some(ties.first().copied())
    }

    /// Those of `ties` with the least ratio in the column of `variable`.
    fn least(&self, ties: &[usize], column: usize, variable: usize) -> Option<Vec<usize>> {
        let place = self.nonbasic.iter().position(|other| *other == variable);
        let value = |row: usize| match place {
            Some(place) => self.cell(row, place).clone(),
            None if self.basic[row] == variable => self.denominator.clone(),
            None => N::zero(),
        };
        let mut least = vec![ties[0]];
        for &row in &ties[1..] {
            let (here, there) = (self.cell(row, column), self.cell(least[0], column));
            match N::compare(&value(row), there, &value(least[0]), here)? {
                Ordering::Less => least = vec![row],
                Ordering::Equal => least.push(row),
                Ordering::Greater => {}
            }
        }
        Some(least)
    }
}
