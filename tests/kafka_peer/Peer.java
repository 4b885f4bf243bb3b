// Apache Kafka's group coordinator, stepped by commands: one JSON object a line on standard input, one in return on standard
// output. Its clock, timers, threads, log and high watermark are replaced by ones that move only when told, so that
// the same commands always have the same effect. It stands in Kafka's package to reach a constructor.
package org.apache.kafka.coordinator.group;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.Provider;
import java.security.SecureRandomSpi;
import java.security.Security;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.*;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.*;
import org.apache.kafka.common.requests.JoinGroupRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.LogContext;
import org.apache.kafka.coordinator.common.runtime.*;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.server.util.timer.Timer;
import org.apache.kafka.server.util.timer.TimerTask;
import org.apache.kafka.server.util.timer.TimerTaskEntry;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.VerificationGuard;

public final class Peer {
    static final ObjectMapper JSON = new ObjectMapper();
    static final TopicPartition PARTITION = new TopicPartition("__consumer_offsets", 0);

    /** Member ids end with a UUID made of these "random" bytes: the number of the request. */
    static long random;

    public static final class Numbers extends SecureRandomSpi {
        @Override protected void engineSetSeed(byte[] seed) { }
        @Override protected byte[] engineGenerateSeed(int count) { return new byte[count]; }
        @Override protected void engineNextBytes(byte[] bytes) {
            for (int i = 0; i < bytes.length; i++) {
                int place = bytes.length - 1 - i;
                bytes[i] = place < 6 ? (byte) (random >>> (8 * place)) : 0;
            }
        }
    }

    static final class NumbersProvider extends Provider {
        NumbersProvider() {
            super("Numbers", "1", "the number of the request");
            put("SecureRandom.Numbers", Numbers.class.getName());
        }
    }

    static final class Clock implements Time {
        long now;
        @Override public long milliseconds() { return now; }
        @Override public long nanoseconds() { return now * 1_000_000; }
        @Override public void sleep(long ms) { throw new UnsupportedOperationException("sleep"); }
        @Override public void waitObject(Object on, Supplier<Boolean> until, long deadline) {
            throw new UnsupportedOperationException("wait");
        }
    }

    record Armed(long due, long number, TimerTask task) { }

    final class Timers implements Timer {
        final PriorityQueue<Armed> armed = new PriorityQueue<>((a, b) ->
            a.due != b.due ? Long.compare(a.due, b.due) : Long.compare(a.number, b.number));
        long count;

        @Override public void add(TimerTask task) {
            long due = clock.now + Math.max(0, task.delayMs);
            new TimerTaskEntry(task, due); // Without an entry a task counts as cancelled.
            armed.add(new Armed(due, count++, task));
        }

        /** Runs the task that is due first, if it is by then. */
        boolean run(long until) {
            while (!armed.isEmpty() && armed.peek().task.isCancelled()) armed.poll();
            if (armed.isEmpty() || armed.peek().due > until) return false;
            Armed first = armed.poll();
            clock.now = Math.max(clock.now, first.due);
            first.task.cancel();
            first.task.run();
            return true;
        }

        @Override public boolean advanceClock(long ms) { return false; }
        @Override public int size() { return armed.size(); }
        @Override public void close() { }
    }

    static final class Events implements CoordinatorEventProcessor {
        final ArrayDeque<CoordinatorEvent> queue = new ArrayDeque<>();
        @Override public void enqueueLast(CoordinatorEvent event) { queue.addLast(event); }
        @Override public void enqueueFirst(CoordinatorEvent event) { queue.addFirst(event); }
        @Override public void close() { }
    }

    final class Log implements PartitionWriter, CoordinatorLoader<CoordinatorRecord> {
        final List<MemoryRecords> batches = new ArrayList<>();
        long end;
        long highWatermark;
        Errors failure;
        Listener listener;

        @Override public void registerListener(TopicPartition partition, Listener added) { listener = added; }
        @Override public void deregisterListener(TopicPartition partition, Listener removed) { listener = null; }
        @Override public LogConfig config(TopicPartition partition) { return new LogConfig(Map.of()); }
        @Override public CompletableFuture<Void> deleteRecords(TopicPartition partition, long before) {
            return CompletableFuture.completedFuture(null);
        }
        @Override public CompletableFuture<VerificationGuard> maybeStartTransactionVerification(
                TopicPartition partition, String transaction, long producer, short epoch, int version) {
            return CompletableFuture.completedFuture(VerificationGuard.SENTINEL);
        }

        @Override public long append(TopicPartition partition, VerificationGuard guard, MemoryRecords records, short version) {
            if (failure != null) throw failure.exception();
            byte[] bytes = new byte[records.sizeInBytes()];
            records.buffer().duplicate().get(bytes);
            appended.add(HexFormat.of().formatHex(bytes));
            MemoryRecords kept = MemoryRecords.readableRecords(ByteBuffer.wrap(bytes));
            for (MutableRecordBatch batch : kept.batches()) {
                long count = batch.lastOffset() - batch.baseOffset() + 1;
                batch.setLastOffset(end + count - 1);
                end += count;
            }
            batches.add(kept);
            return end;
        }

        void raise(long to) {
            highWatermark = to;
            if (listener != null) listener.onHighWatermarkUpdated(PARTITION, to);
        }

        /** What Kafka's own loader does with a log that it reads. */
        @Override public CompletableFuture<LoadSummary> load(TopicPartition partition, CoordinatorPlayback<CoordinatorRecord> into) {
            GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();
            long committed = -1;
            for (MemoryRecords records : batches) {
                for (MutableRecordBatch batch : records.batches()) {
                    long producer = batch.producerId();
                    short epoch = batch.producerEpoch();
                    for (org.apache.kafka.common.record.internal.Record record : batch) {
                        if (batch.isControlBatch()) {
                            boolean commit = ControlRecordType.parse(record.key()) == ControlRecordType.COMMIT;
                            into.replayEndTransactionMarker(producer, epoch, commit ? TransactionResult.COMMIT : TransactionResult.ABORT);
                        } else {
                            into.replay(record.offset(), producer, epoch, serde.deserialize(record.key(), record.value()));
                        }
                    }
                    if (batch.nextOffset() >= highWatermark) into.updateLastWrittenOffset(batch.nextOffset());
                    if (batch.nextOffset() >= highWatermark && highWatermark > committed) {
                        into.updateLastCommittedOffset(highWatermark);
                        committed = highWatermark;
                    }
                }
            }
            return CompletableFuture.completedFuture(new LoadSummary(clock.now, clock.now, 0, end, 0));
        }

        @Override public void close() { }
    }

    /** Runs what it is given at once. */
    static final class Inline extends AbstractExecutorService {
        @Override public void execute(Runnable task) { task.run(); }
        @Override public void shutdown() { }
        @Override public List<Runnable> shutdownNow() { return List.of(); }
        @Override public boolean isShutdown() { return false; }
        @Override public boolean isTerminated() { return false; }
        @Override public boolean awaitTermination(long time, TimeUnit unit) { return true; }
    }

    /** For an interface whose methods are called, and whose results nothing depends on. */
    static <T> T deaf(Class<T> type) {
        return type.cast(java.lang.reflect.Proxy.newProxyInstance(Peer.class.getClassLoader(), new Class<?>[] {type},
            (proxy, method, arguments) -> {
                Class<?> result = method.getReturnType();
                if (result == boolean.class) return false;
                if (result == int.class) return 0;
                return result == long.class ? 0L : null;
            }));
    }

    static final GroupCoordinatorMetrics METRICS =
        new GroupCoordinatorMetrics(new com.yammer.metrics.core.MetricsRegistry(), new Metrics());

    final Clock clock = new Clock();
    final Timers timers = new Timers();
    final Events events = new Events();
    final Log log = new Log();
    final GroupCoordinatorService service;
    boolean durableAtOnce = true;
    int epoch;
    ArrayNode answers = JSON.createArrayNode();
    ArrayNode appended = JSON.createArrayNode();

    Peer(long now, JsonNode settings) {
        clock.now = now;
        Map<String, Object> properties = new HashMap<>();
        settings.fields().forEachRemaining(it -> properties.put(it.getKey(), it.getValue().asText()));
        GroupCoordinatorConfig config = GroupCoordinatorConfig.fromProps(properties);
        GroupConfigManager groups = new GroupConfigManager(config, ShareGroupConfig.fromProps(Map.of()));
        LogContext context = new LogContext("");
        CoordinatorRuntime<GroupCoordinatorShard, CoordinatorRecord> runtime =
            new CoordinatorRuntime.Builder<GroupCoordinatorShard, CoordinatorRecord>()
                .withTime(clock).withTimer(timers).withEventProcessor(events).withPartitionWriter(log).withLoader(log)
                .withLogPrefix("").withLogContext(context).withExecutorService(new Inline())
                .withCoordinatorShardBuilderSupplier(() ->
                    new GroupCoordinatorShard.Builder(config, groups).withAuthorizerPlugin(Optional.empty()))
                .withCoordinatorRuntimeMetrics(deaf(CoordinatorRuntimeMetrics.class)).withCoordinatorMetrics(METRICS)
                .withSerializer(new GroupCoordinatorRecordSerde()).withCompression(Compression.NONE)
                .withWriteTimeout(Duration.ofDays(10_000)).withAppendLingerMs(OptionalInt.of(0))
                .withCachedBufferMaxBytesSupplier(() -> 1 << 20).build();
        service = new GroupCoordinatorService(context, config, runtime, METRICS, groups,
            deaf(org.apache.kafka.server.share.persister.Persister.class), timers,
            deaf(org.apache.kafka.server.util.PartitionMetadataClient.class), Optional.empty(), clock);
        service.startup(() -> 1);
        service.onElection(0, ++epoch);
        settle();
    }

    /** Everything that can happen without time passing, happens. */
    void settle() {
        do {
            while (!events.queue.isEmpty()) {
                CoordinatorEvent event = events.queue.poll();
                try {
                    event.run();
                } catch (Throwable failure) {
                    event.complete(failure);
                }
            }
            if (durableAtOnce && log.highWatermark < log.end) log.raise(log.end);
        } while (!events.queue.isEmpty() || timers.run(clock.now));
    }

    <T> void reply(long call, CompletableFuture<T> future, Function<T, JsonNode> rendered) {
        future.whenComplete((result, failure) -> {
            ArrayNode answer = answers.addArray().add(call);
            if (failure == null) answer.add(rendered.apply(result));
            else answer.addObject().put("thrown", Errors.forException(Errors.maybeUnwrapException(failure)).code());
        });
    }

    static RequestContext context(ApiKeys api, short version, String client) throws Exception {
        return new RequestContext(new RequestHeader(api, version, client, 0), "1", InetAddress.getByAddress(new byte[] {127, 0, 0, 1}),
            KafkaPrincipal.ANONYMOUS, new ListenerName("PLAINTEXT"), SecurityProtocol.PLAINTEXT, ClientInformation.EMPTY, false);
    }

    void request(JsonNode command) throws Exception {
        long call = command.get("call").asLong();
        random = call;
        short version = (short) command.get("version").asInt();
        JsonNode data = command.get("data");
        ApiKeys api = ApiKeys.valueOf(command.get("api").asText());
        RequestContext context = context(api, version, command.get("client").asText());
        BufferSupplier buffers = BufferSupplier.NO_CACHING;
        switch (api) {
            case JOIN_GROUP -> {
                JoinGroupRequestData join = JoinGroupRequestDataJsonConverter.read(data, (short) 9);
                reply(call, service.joinGroup(context, new JoinGroupRequest(join, version).data(), buffers),
                    it -> JoinGroupResponseDataJsonConverter.write(it, (short) 9));
            }
            case SYNC_GROUP -> reply(call, service.syncGroup(context, SyncGroupRequestDataJsonConverter.read(data, (short) 5), buffers),
                it -> SyncGroupResponseDataJsonConverter.write(it, (short) 5));
            case HEARTBEAT -> reply(call, service.heartbeat(context, HeartbeatRequestDataJsonConverter.read(data, (short) 4)),
                it -> HeartbeatResponseDataJsonConverter.write(it, (short) 4));
            case LEAVE_GROUP -> reply(call, service.leaveGroup(context, LeaveGroupRequestDataJsonConverter.read(data, (short) 5)),
                it -> LeaveGroupResponseDataJsonConverter.write(it, (short) 5));
            case OFFSET_COMMIT -> reply(call, service.commitOffsets(context, OffsetCommitRequestDataJsonConverter.read(data, version), buffers),
                it -> OffsetCommitResponseDataJsonConverter.write(it, (short) 9));
            case TXN_OFFSET_COMMIT -> reply(call, service.commitTransactionalOffsets(context,
                    TxnOffsetCommitRequestDataJsonConverter.read(data, (short) 5), buffers),
                it -> TxnOffsetCommitResponseDataJsonConverter.write(it, (short) 5));
            case WRITE_TXN_MARKERS -> reply(call, service.completeTransaction(PARTITION, data.get("producer").asLong(),
                    (short) data.get("epoch").asInt(), 0,
                    data.get("commit").asBoolean() ? TransactionResult.COMMIT : TransactionResult.ABORT, (short) 1),
                it -> JSON.createObjectNode().put("errorCode", 0));
            case OFFSET_FETCH -> {
                OffsetFetchRequestData fetch = OffsetFetchRequestDataJsonConverter.read(data, (short) 9);
                reply(call, service.fetchOffsets(context, fetch.groups().get(0), fetch.requireStable()),
                    it -> OffsetFetchResponseDataJsonConverter.write(new OffsetFetchResponseData().setGroups(List.of(it)), (short) 9));
            }
            case OFFSET_DELETE -> reply(call, service.deleteOffsets(context, OffsetDeleteRequestDataJsonConverter.read(data, (short) 0), buffers),
                it -> OffsetDeleteResponseDataJsonConverter.write(it, (short) 0));
            case DELETE_GROUPS -> reply(call, service.deleteGroups(context,
                    DeleteGroupsRequestDataJsonConverter.read(data, (short) 2).groupsNames(), buffers),
                it -> DeleteGroupsResponseDataJsonConverter.write(new DeleteGroupsResponseData().setResults(it), (short) 2));
            case DESCRIBE_GROUPS -> reply(call, service.describeGroups(context,
                    DescribeGroupsRequestDataJsonConverter.read(data, (short) 5).groups()),
                it -> DescribeGroupsResponseDataJsonConverter.write(new DescribeGroupsResponseData().setGroups(it), (short) 6));
            case LIST_GROUPS -> reply(call, service.listGroups(context, ListGroupsRequestDataJsonConverter.read(data, (short) 5)),
                it -> ListGroupsResponseDataJsonConverter.write(it, (short) 5));
            default -> throw new IllegalArgumentException("no such API here: " + api);
        }
    }

    ObjectNode step(JsonNode command) throws Exception {
        answers = JSON.createArrayNode();
        appended = JSON.createArrayNode();
        switch (command.get("op").asText()) {
            case "request" -> {
                int failure = command.get("failure").asInt();
                log.failure = failure == 0 ? null : Errors.forCode((short) failure);
                request(command);
            }
            case "advance" -> {
                long until = command.get("to").asLong();
                while (timers.run(until)) settle();
                clock.now = until;
            }
            case "durable" -> durableAtOnce = command.get("at_once").asBoolean();
            case "watermark" -> log.raise(command.get("to").asLong());
            case "reload" -> {
                boolean before = durableAtOnce;
                durableAtOnce = false;
                service.onResignation(0, OptionalInt.empty());
                settle();
                log.highWatermark = command.get("watermark").asLong();
                service.onElection(0, ++epoch);
                settle();
                durableAtOnce = before;
            }
            default -> throw new IllegalArgumentException("no such command: " + command);
        }
        settle();
        log.failure = null;
        ObjectNode result = JSON.createObjectNode().put("end", log.end);
        result.set("answers", answers);
        result.set("batches", appended);
        return result;
    }

    public static void main(String[] arguments) throws Exception {
        Security.insertProviderAt(new NumbersProvider(), 1);
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        System.setOut(System.err); // Whatever else is printed is not an answer.
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Peer peer = null;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            ObjectNode result;
            try {
                JsonNode command = JSON.readTree(line);
                if (command.get("op").asText().equals("begin")) {
                    peer = new Peer(command.get("now").asLong(), command.get("settings"));
                    String version = org.apache.kafka.common.utils.internals.AppInfoParser.getVersion();
                    result = JSON.createObjectNode().put("end", 0).put("version", version);
                } else {
                    result = peer.step(command);
                }
            } catch (Throwable failure) {
                result = JSON.createObjectNode().put("failure", failure.toString());
                failure.printStackTrace();
            }
            out.print(JSON.writeValueAsString(result) + "\n");
            out.flush();
        }
    }
}
