//! Every error, in memory and on the compiled contract: calls that succeed, then one that is refused.

use crate::account;
use crate::differential::Pair;
use crate::roles;
use crate::sandbox::{NotDeployed, Returned, Sandbox};
use crate::script::{done, pair};
use carrots::model::{Agent, Model, Step};
use carrots::trace::answer;
use carrots_kernel::Balance;
use scale::{Decode, Encode};

/// The error that only the chain gives: see [`payment_fails`].
pub const PAYMENT_FAILED: &str = "PaymentFailed";

/// Every variant of an enum without fields.
pub fn all<E: Decode>() -> Vec<E> {
    (0..=u8::MAX).map_while(|number| E::decode(&mut &[number][..]).ok()).collect()
}

/// The parameters, what succeeds, what is refused then, and why.
pub type Row<M> = (
    <M as Model>::Params,
    Vec<Step<<M as carrots::model::Messages>::Op>>,
    Step<<M as carrots::model::Messages>::Op>,
    <M as carrots::model::Messages>::Error,
);

/// Plays every row on both sides. All errors have to be in the table but the one that only the
/// chain gives.
pub fn are_given<M: Model>(wallets: &[Balance], table: &[Row<M>]) {
    for (params, succeed, refused, error) in table {
        let mut pair = pair::<M>(*params, wallets);
        for step in succeed {
            done(&mut pair, step);
        }
        let played = pair.step(refused).expect("the step can be played");
        let outcome =
            played.unwrap_or_else(|difference| panic!("{refused:?}: {difference}")).outcome;
        assert_eq!(outcome, format!("{error:?}"), "{refused:?} after {succeed:#?}");
    }
    let missing =
        all::<M::Error>().into_iter().filter(|error| table.iter().all(|row| row.3 != *error));
    let missing = missing.map(|error| format!("{error:?}"));
    let missing: Vec<_> = missing.filter(|error| !roles::ERRORS.contains(&&error[..])).collect();
    assert_eq!(missing, [PAYMENT_FAILED], "errors that are not in the table");
}

/// Takes all tokens from the contract, which no rule allows: calls that would pay are refused and
/// change nothing.
pub fn payment_fails<M: Model>(mut pair: Pair<M>, calls: &[(Agent, M::Op)]) {
    let failed = all::<M::Error>().into_iter().find(|error| format!("{error:?}") == PAYMENT_FAILED);
    let failed = answer::<M>(&Err(failed.expect("there is such an error")));
    let (held, storage) = (pair.sandbox.held()[0], pair.sandbox.storage());
    pair.sandbox.rob(held).expect("the sandbox allows everything");
    let wallets = pair.sandbox.wallets();
    for (who, op) in calls {
        let called = pair.sandbox.apply(*who, 0, op).expect("the call can be made");
        let returned = Returned { reverted: true, data: failed.clone() };
        assert_eq!(called.returned, Ok(returned), "{op:?}");
        assert!(called.events.is_empty(), "{op:?}");
        assert_eq!(pair.sandbox.storage(), storage, "{op:?}");
        assert_eq!(pair.sandbox.wallets(), wallets, "{op:?}");
    }
}

/// The model and the contract's constructor refuse wrong parameters, and the constructor one account
/// in two roles that must differ, each with its error. All that can be wrong has to be in the table.
pub fn params_are_refused<M: Model>(sound: M::Params, table: &[(M::Params, M::ParamsError)]) {
    let constructor = pair::<M>(sound, &vec![0; M::ROLES.len()]).model.db.constructor(0, &account);
    let roles = &constructor[..constructor.len() - sound.encode().len()];
    for (params, error) in table {
        assert_eq!(M::new(*params, 0, 0).map(drop), Err(*error), "{params:?}");
        let arguments = [roles, &params.encode()].concat();
        match Sandbox::deploy(M::NAME, &[], &arguments) {
            Err(NotDeployed::Refused(data)) => {
                assert_eq!(data, [vec![0, 1], error.encode()].concat(), "{error:?}")
            }
            Err(NotDeployed::Failed(other)) => panic!("{error:?}: {other:#}"),
            Ok(_) => panic!("{error:?}: deployed"),
        }
    }
    for (one, other, error) in M::APART {
        let mut roles: Vec<[u8; 32]> = (0..M::ROLES.len() as u32).map(account).collect();
        roles[*one] = roles[*other];
        match Sandbox::deploy(M::NAME, &[], &[roles.concat(), sound.encode()].concat()) {
            Err(NotDeployed::Refused(data)) => {
                assert_eq!(data, [vec![0, 1], error.encode()].concat(), "{error:?}")
            }
            _ => panic!("{error:?}: deployed"),
        }
    }
    let all = all::<M::ParamsError>();
    let known = |error: &M::ParamsError| {
        let apart = M::APART.iter().any(|row| row.2 == *error);
        apart || table.iter().any(|row| row.1 == *error)
    };
    let missing = all.into_iter().filter(|error| !known(error));
    assert_eq!(missing.collect::<Vec<_>>(), [], "have no parameters in the table");
}
