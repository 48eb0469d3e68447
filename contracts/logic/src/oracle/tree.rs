//! Jurors that can be drawn, and how many votes each can be drawn for: a sum tree over the leaves,
//! so that a draw visits as many nodes as the tree is deep.
//!
//! Node `i` holds the votes of the `2^t` leaves that end with the `i`-th, where `2^t` is the
//! largest power of two that divides `i` (Fenwick 1994, "A new data structure for cumulative
//! frequency tables"). The last node holds all of them.

use super::{Db, Juror, Params};

/// The number of leaves that there is room for, and of the last node.
fn capacity(params: &Params) -> u32 {
    params.max_jurors.checked_next_power_of_two().unwrap_or(u32::MAX)
}

/// Votes that all jurors together can be drawn for.
pub fn total<D: Db>(db: &D, params: &Params) -> u64 {
    db.node(capacity(params))
}

/// Replaces the votes of the `leaf`-th leaf, counted from one.
fn replace<D: Db>(db: &mut D, params: &Params, leaf: u32, before: u32, after: u32) {
    let (mut node, last) = (leaf, capacity(params));
    while before != after && node > 0 && node <= last {
        let votes = db.node(node).saturating_add(after.into()).saturating_sub(before.into());
        db.set_node(node, votes);
        node = node.saturating_add(node & node.wrapping_neg());
    }
}

/// The leaf, counted from one, that holds the vote number `vote`, counted from zero; `vote` is
/// less than the total.
pub fn find<D: Db>(db: &D, params: &Params, mut vote: u64) -> u32 {
    let (mut before, mut width) = (0u32, capacity(params) / 2);
    while width > 0 {
        let node = before.saturating_add(width);
        if let Some(rest) = vote.checked_sub(db.node(node)) {
            (before, vote) = (node, rest);
        }
        width /= 2;
    }
    before.saturating_add(1)
}

/// Stores a juror's record in place of `before`, and its votes in the tree.
///
/// A juror that stakes enough takes the next leaf while there is room. One whose stake fell below
/// gives its leaf up, and the juror of the last leaf moves there.
pub fn store<D: Db>(db: &mut D, params: &Params, who: D::Id, before: Juror, mut juror: Juror) {
    let enough = juror.stake >= params.least_stake();
    let mut state = db.state();
    if juror.leaf == 0 && enough && state.jurors < params.max_jurors {
        state.jurors = state.jurors.saturating_add(1);
        juror.leaf = state.jurors;
        db.set_state(state);
        db.set_leaf(juror.leaf, Some(who));
    }
    if juror.leaf > 0 && !enough {
        let (leaf, last) = (juror.leaf, state.jurors);
        replace(db, params, leaf, before.votes(params), 0);
        juror.leaf = 0;
        state.jurors = last.saturating_sub(1);
        db.set_state(state);
        if leaf != last {
            relocate(db, params, last, leaf);
        }
        db.set_leaf(last, None);
    } else {
        replace(db, params, juror.leaf, before.votes(params), juror.votes(params));
    }
    db.set_juror(who, juror);
}

/// Stores a juror's record with the leaf of another, who cannot be drawn any more.
pub fn hand_over<D: Db>(
    db: &mut D,
    params: &Params,
    (leaves, juror): (D::Id, Juror),
    (enters, newcomer): (D::Id, Juror),
) {
    replace(db, params, newcomer.leaf, juror.votes(params), newcomer.votes(params));
    db.set_leaf(newcomer.leaf, Some(enters));
    db.set_juror(leaves, Juror { leaf: 0, ..juror });
    db.set_juror(enters, newcomer);
}

/// Moves the juror of one leaf to another that nobody has.
fn relocate<D: Db>(db: &mut D, params: &Params, from: u32, to: u32) {
    let Some(who) = db.leaf(from) else {
        return;
    };
    let mut juror = db.juror(who);
    let votes = juror.votes(params);
    replace(db, params, from, votes, 0);
    replace(db, params, to, 0, votes);
    juror.leaf = to;
    db.set_juror(who, juror);
    db.set_leaf(to, Some(who));
}
