//! Calls that `waggle` does not send: by their names in the metadata, or encoded already; alone, or
//! within others.

use crate::blocks::Node;
use subxt::{
    dynamic::Value,
    ext::{
        scale_decode::{self, DecodeAsType},
        scale_encode::{self, EncodeAsFields, FieldIter, TypeResolver},
    },
};
use waggle_client::{account::development, transaction::transact};

/// Arguments of a call, in SCALE.
pub(crate) struct Encoded(pub(crate) Vec<u8>);

impl EncodeAsFields for Encoded {
    fn encode_as_fields_to<R: TypeResolver>(
        &self,
        _: &mut dyn FieldIter<'_, R::TypeId>,
        _: &R,
        out: &mut Vec<u8>,
    ) -> Result<(), scale_encode::Error> {
        out.extend_from_slice(&self.0);
        Ok(())
    }
}

/// `pallet.name(arguments)`, as an argument of another call.
pub(crate) fn call<const N: usize>(
    pallet: &str,
    name: &str,
    arguments: [(&str, Value); N],
) -> Value {
    Value::unnamed_variant(pallet, [Value::named_variant(name, arguments)])
}

/// Nothing, where something may be.
pub(crate) fn none() -> Value {
    Value::unnamed_variant("None", [])
}

/// What came of a call that was made within another.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct Sudid {
    sudo_result: Result<(), Value>,
}

/// Have `//Alice`, who has sudo's key on the chains `dev` and `local`, do `call` as root. Panics if
/// it fails.
pub(crate) async fn as_root(node: &Node, call: Value) {
    let alice = development("//Alice").unwrap();
    let done = transact(&node.chain, &alice, "Sudo", "sudo", (call,)).await.unwrap();
    let told: Vec<Sudid> = node.events(done.block.hash, "Sudo", "Sudid").await;
    assert_eq!(told.len(), 1);
    for Sudid { sudo_result } in told {
        sudo_result.expect("root does it");
    }
}
