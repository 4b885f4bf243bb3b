//! The end of a transaction: its marker goes into the log, and what it committed counts or never was (O4).

use crate::api::{CallId, EndTransaction, EndTransactionResponse, GroupRequest, GroupResponse};
use crate::coordinator::Coordinator;
use crate::decisions::TransactionEnd;
use crate::error_code::ErrorCode;
use crate::step::{Cause, Step};

impl Coordinator {
    /// The marker is written whether or not anything is pending here: whoever reads the log has to see it.
    pub(crate) fn end_transaction(&self, call: CallId, request: &EndTransaction) -> Step {
        let mut step = Step::nothing();
        step.cause = Cause::Call(call, Box::new(GroupRequest::EndTxn(request.clone())));
        step.marker = Some(request.clone());
        step.marker_has_key = self.decisions.transaction_end == TransactionEnd::RecordOfTheProducer;
        step.answer_once_durable(
            call,
            GroupResponse::EndTxn(EndTransactionResponse {
                error: ErrorCode::None,
            }),
        );
        step
    }
}
