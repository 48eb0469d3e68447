//! Roles are handed over in two steps, in every mechanism that has any: [`are_handed_over`].
//!
//! So what a suite has made by hand need not call the messages, nor give the errors, that this does.

use crate::differential::Pair;
use carrots::model::{Agent, Instance, Model, Op, Step};

/// The messages of every mechanism with roles, and their errors.
pub const MESSAGES: [&str; 2] = ["offer_role", "accept_role"];
#[allow(missing_docs)]
pub const ERRORS: [&str; 3] = ["NotRoleHolder", "RoleNotOffered", "RolesAlike"];

/// Every role, from its account to another that has none: nothing changes before that accepts, nobody else
/// can accept, and whoever gave the role away has it no more. Who must not have two roles cannot accept
/// the second. On both sides, from a mechanism as it begins; `all` are accounts that there are.
pub fn are_handed_over<M: Model>(start: &Instance<M>, all: &[Agent]) {
    let named = |message: &str, who: Agent| -> Vec<M::Op> {
        let samples = M::Op::samples(who).into_iter().filter(|op| op.message() == message);
        let once = |op: &M::Op| [vec![*op], op.variants(all, &[])].concat();
        let many: Vec<M::Op> = samples.flat_map(|op| once(&op)).collect();
        many.iter().flat_map(once).collect()
    };
    let about = |op: &M::Op| serde_json::to_value(op).expect("a call can be written");
    // A message is an object with one field, its name.
    let field = |op: &M::Op, name: &str| {
        about(op).as_object().and_then(|one| one.values().next()).map(|one| one[name].clone())
    };
    let find = |message: &str, who: Agent, role: &str, to: Option<Agent>| {
        let same = |op: &M::Op| {
            field(op, "role") == Some(role.into())
                && to.is_none_or(|to| field(op, "to") == Some(to.into()))
        };
        named(message, who).into_iter().find(same).expect("the role can be named")
    };
    let call = |pair: &mut Pair<M>, who: Agent, op: M::Op| {
        let step = Step::Call { who, value: 0, op, expect: None };
        let played = pair.step(&step).expect("the step can be played");
        played.unwrap_or_else(|difference| panic!("{op:?}: {difference}")).outcome
    };
    let outsider = all.iter().copied().find(|who| *who as usize >= M::ROLES.len());
    let outsider = outsider.expect("there is an account without a role");
    for (role, holder) in M::ROLES.iter().zip(0..) {
        let mut pair = Pair::new(start.clone()).expect("the contract can be deployed");
        let offer = find("offer_role", holder, role, Some(outsider));
        let accept = find("accept_role", outsider, role, None);
        assert_eq!(call(&mut pair, outsider, offer), "NotRoleHolder", "{role}");
        assert_eq!(call(&mut pair, outsider, accept), "RoleNotOffered", "{role}");
        let accepted = |outcome: String| !ERRORS.contains(&&outcome[..]);
        assert!(accepted(call(&mut pair, holder, offer)), "{role}");
        assert_eq!(call(&mut pair, holder, accept), "RoleNotOffered", "{role}");
        assert!(accepted(call(&mut pair, holder, offer)), "{role}: it is the holder's until then");
        assert!(accepted(call(&mut pair, outsider, accept)), "{role}");
        assert_eq!(call(&mut pair, holder, offer), "NotRoleHolder", "{role}");
        assert_eq!(call(&mut pair, outsider, accept), "RoleNotOffered", "{role}");
        let back = find("offer_role", outsider, role, Some(holder));
        assert!(accepted(call(&mut pair, outsider, back)), "{role}");
    }
    for (one, other, _) in M::APART {
        let mut pair = Pair::new(start.clone()).expect("the contract can be deployed");
        for (from, to) in [(*one, *other), (*other, *one)] {
            let (role, from, to) = (M::ROLES[from], from as Agent, to as Agent);
            call(&mut pair, from, find("offer_role", from, role, Some(to)));
            let accept = find("accept_role", to, role, None);
            assert_eq!(call(&mut pair, to, accept), "RolesAlike", "{role}");
        }
    }
}
