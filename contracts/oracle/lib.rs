//! A court of jurors who answer questions, enforced on-chain: the rules are in [`carrots_logic::oracle`].
#![cfg_attr(not(feature = "std"), no_std, no_main)]

carrots_shell::contract!(carrots_logic::oracle);
