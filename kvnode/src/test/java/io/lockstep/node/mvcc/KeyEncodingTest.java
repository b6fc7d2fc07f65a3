package io.lockstep.node.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.LongRange;

/** Rows must lie in the order of user keys, unsigned, and within a key newest first; no key may reach into another's. */
class KeyEncodingTest {
    /** Mostly of the bytes that escapes and signs go wrong with. */
    @Provide
    Arbitrary<byte[]> keys() {
        Arbitrary<Byte> awkward = Arbitraries.of((byte) 0, (byte) 1, (byte) 2, (byte) 0xff, (byte) 0x80, (byte) 0x7f);
        return Arbitraries.frequencyOf(Tuple.of(4, awkward), Tuple.of(1, Arbitraries.bytes()))
                .array(byte[].class)
                .ofMaxSize(6);
    }

    @Property
    void rowsOfTwoKeys_lieAsTheKeysDo(
            @ForAll("keys") byte[] a,
            @ForAll("keys") byte[] b,
            @ForAll @LongRange(min = 0) long r,
            @ForAll @LongRange(min = 0) long s) {
        int keys = Integer.signum(Arrays.compareUnsigned(a, b));
        int order = keys != 0 ? keys : Long.compare(s, r);
        assertThat(Integer.signum(Arrays.compareUnsigned(VersionKey.of(a, r), VersionKey.of(b, s))))
                .isEqualTo(order);
    }

    @Property
    void row_givesBackItsKeyAndRevision(@ForAll("keys") byte[] key, @ForAll @LongRange(min = 0) long revision) {
        byte[] row = VersionKey.of(key, revision);
        assertThat(VersionKey.userKeyOf(row)).isEqualTo(key);
        assertThat(VersionKey.revisionOf(row)).isEqualTo(revision);
    }

    @Property
    void boundsOfAKey_holdItsRowsAndNoOther(
            @ForAll("keys") byte[] key, @ForAll("keys") byte[] other, @ForAll @LongRange(min = 0) long revision) {
        byte[] row = VersionKey.of(other, revision);
        boolean within = Arrays.compareUnsigned(VersionKey.first(key), row) <= 0
                && Arrays.compareUnsigned(row, VersionKey.after(key)) < 0;
        assertThat(within).isEqualTo(Arrays.equals(key, other));
    }

    @Property
    void changes_lieByRevisionThenSub(
            @ForAll @LongRange(min = 0) long r,
            @ForAll @LongRange(min = 0) long s,
            @ForAll("keys") byte[] key,
            @ForAll boolean deletion) {
        Change a = new Change(r, 1, deletion, key, 7);
        Change b = new Change(s, 0, deletion, key, 7);
        int order = r == s ? 1 : Long.compare(r, s);
        assertThat(Integer.signum(Arrays.compareUnsigned(a.rowKey(), b.rowKey())))
                .isEqualTo(order);
        assertThat(Arrays.compareUnsigned(Change.firstKeyOf(r), a.rowKey())).isNegative();
        assertThat(Change.decode(a.rowKey(), a.rowValue()))
                .usingRecursiveComparison()
                .isEqualTo(a);
    }

    @Example
    void keyWithZeros_liesBehindItsPrefixAndBeforeTheNext() {
        byte[][] ascending = {{}, {0}, {0, 0}, {0, 1}, {0, (byte) 0xff}, {1}, {(byte) 0xff}, {(byte) 0xff, 0}};
        for (int i = 1; i < ascending.length; i++) {
            assertThat(Arrays.compareUnsigned(VersionKey.of(ascending[i - 1], 0), VersionKey.of(ascending[i], 9)))
                    .isNegative();
        }
    }
}
