package io.lockstep.bench.load;

import com.google.protobuf.ByteString;
import io.lockstep.api.Compare;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RequestOp;
import io.lockstep.api.TxnRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Makes the operations of one client. Not thread-safe: a client makes its next operation when the last one has completed. */
final class OperationSource {
    private static final int RANGE_KEYS = 100;
    /** Values are drawn from so many, made beforehand: making them must not cost what is measured. */
    private static final int VALUE_POOL = 16;

    private static final String PREFIX = "bench/";
    private static final int KEY_DIGITS = 8;

    private final Mix mix;
    private final SplittableRandom random;
    private final KeyPicker keys;
    private final int keyCount;
    private final List<ByteString> values;
    private final KnownRevisions known;

    private OperationSource(LoadSpec spec, SplittableRandom random, KeyPicker.Zipf zipf, KnownRevisions known) {
        this.mix = spec.mix();
        this.random = random;
        this.keyCount = spec.keys().count();
        this.keys = new KeyPicker(random.split(), keyCount, zipf, !spec.keys().zipf());
        this.values = randomValues(random.split(), spec.keys().valueBytes());
        this.known = known;
    }

    /** The sources of so many clients; they share what is large and immutable. */
    static List<OperationSource> of(LoadSpec spec, int clients) {
        KeyPicker.Zipf zipf = KeyPicker.Zipf.of(spec.keys().zipf() ? spec.keys().count() : 1);
        KnownRevisions known =
                new KnownRevisions(spec.mix() == Mix.TXN_CAS ? spec.keys().count() : 0);
        SplittableRandom random = new SplittableRandom(spec.seed());
        List<OperationSource> sources = new ArrayList<>(clients);
        for (int i = 0; i < clients; i++) {
            sources.add(new OperationSource(spec, random.split(), zipf, known));
        }
        return sources;
    }

    private static List<ByteString> randomValues(SplittableRandom random, int bytes) {
        List<ByteString> values = new ArrayList<>(VALUE_POOL);
        for (int i = 0; i < VALUE_POOL; i++) {
            byte[] value = new byte[bytes];
            random.nextBytes(value);
            values.add(ByteString.copyFrom(value));
        }
        return values;
    }

    Operation next() {
        int number = keys.next();
        return switch (mix) {
            case PUT -> put(number);
            case GET -> get(number, false);
            case STALE_GET -> get(number, true);
            case TXN_CAS -> cas(number);
            case RANGE_100 -> range(number, false);
            case STALE_RANGE_100 -> range(number, true);
            case MIXED -> random.nextInt(2) == 0 ? put(number) : get(number, false);
        };
    }

    KnownRevisions known() {
        return known;
    }

    /** The put that makes the key of this number be there. */
    Operation put(int number) {
        return new Operation.Put(
                PutRequest.newBuilder().setKey(key(number)).setValue(value()).build());
    }

    private static Operation get(int number, boolean stale) {
        return new Operation.Range(RangeRequest.newBuilder()
                .setKey(key(number))
                .setSerializable(stale)
                .build());
    }

    private Operation range(int number, boolean stale) {
        int first = Math.max(0, Math.min(number, keyCount - RANGE_KEYS));
        return new Operation.Range(RangeRequest.newBuilder()
                .setKey(key(first))
                .setRangeEnd(key(first + RANGE_KEYS))
                .setSerializable(stale)
                .build());
    }

    private Operation cas(int number) {
        ByteString key = key(number);
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        txn.addCompareBuilder()
                .setKey(key)
                .setTarget(Compare.CompareTarget.MOD)
                .setResult(Compare.CompareResult.EQUAL)
                .setModRevision(known.of(number));
        txn.addSuccess(RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder().setKey(key).setValue(value())));
        txn.addFailure(RequestOp.newBuilder()
                .setRequestRange(RangeRequest.newBuilder().setKey(key).setKeysOnly(true)));
        return new Operation.Cas(txn.build(), number);
    }

    private ByteString value() {
        return values.get(random.nextInt(VALUE_POOL));
    }

    /** Numbers of equal length, so that neighbours by number are neighbours by key. */
    private static ByteString key(int number) {
        byte[] key = (PREFIX + "0".repeat(KEY_DIGITS)).getBytes(StandardCharsets.US_ASCII);
        int rest = number;
        for (int i = key.length - 1; rest > 0; i--) {
            key[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return ByteString.copyFrom(key);
    }
}
