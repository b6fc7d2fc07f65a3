package io.lockstep.examples;

import com.google.protobuf.ByteString;
import io.lockstep.api.TxnResponse;
import io.lockstep.api.mvcc.KeyValue;
import io.lockstep.client.Acked;
import io.lockstep.client.ClientException;
import io.lockstep.client.Compare;
import io.lockstep.client.DefiniteFailure;
import io.lockstep.client.GetOptions;
import io.lockstep.client.KeyRange;
import io.lockstep.client.KvClient;
import io.lockstep.client.Op;
import io.lockstep.client.Txn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * A document that several people edit at once. Each has a {@link Replica} of it that a watch keeps up to date, edits a
 * paragraph as it stands there, and writes it in a transaction that compares: if the paragraph's revision is another one by
 * now, nothing is written, the answer has the paragraph as it is, and the edit is made once more on that. Nobody waits for a
 * lock, and nobody's words are lost.
 *
 * <p>Done {@linkplain Way#BLIND wrongly}, what the others wrote since one looked is overwritten.
 */
public final class Document {
    /** A paragraph with so many words is left alone; another one is begun. */
    private static final int FULL_WORDS = 40;

    private static final Duration CATCH_UP = Duration.ofSeconds(20);
    private static final List<String> NAMES = List.of("ann", "bob", "cleo", "dan", "eve", "fay", "gil", "hal");

    private final List<KvClient> clients;
    private final Options options;
    private final Names names = Names.fresh("document");
    private final Set<String> written = ConcurrentHashMap.newKeySet();
    private final Set<String> perhapsWritten = ConcurrentHashMap.newKeySet();
    private final List<Person> people;
    private final LongAdder failed = new LongAdder();

    /** How an edit is written. */
    public enum Way {
        /** The right one: a transaction that compares the paragraph's revision. */
        COMPARE,
        /** The wrong one: over whatever is there. */
        BLIND
    }

    /**
     * @param editors 1 to 8
     * @param paragraphs that are edited at the same time: the fewer, the more conflicts
     */
    public record Options(Way way, int editors, int paragraphs, Duration time) {
        public Options {
            if (editors < 1 || editors > NAMES.size() || paragraphs < 1 || paragraphs > 50) {
                throw new IllegalArgumentException("editors is " + editors + " (1 to " + NAMES.size()
                        + ") and paragraphs " + paragraphs + " (1 to 50)");
            }
        }

        /** Four people, three paragraphs. */
        public static Options defaults(Way way, Duration time) {
            return new Options(way, 4, 3, time);
        }
    }

    /**
     * What became of one person's work.
     *
     * @param edits that are written
     * @param conflicts found: somebody had changed the paragraph meanwhile
     * @param seen changes that the watch told of, everybody's
     */
    public record Editor(String name, long edits, long conflicts, long seen) {}

    /**
     * @param changes of the document, as its history in the store has them
     * @param lost words that were written, by what was answered, and are not in the document
     * @param doubled words that are in it more than once
     * @param strange words in it that nobody was told are written
     * @param different replicas that are not like the document
     * @param failed calls that definitely did nothing
     * @param unknown edits whose outcome was not learned
     */
    public record Result(
            Way way,
            List<Editor> editors,
            List<String> text,
            long changes,
            long lost,
            long doubled,
            long strange,
            long different,
            long failed,
            long unknown,
            Duration took) {
        /** Whether nothing is lost or doubled, and all have the same document. */
        public boolean holds() {
            return lost == 0 && doubled == 0 && strange == 0 && different == 0;
        }

        /** Of all editors. */
        public long conflicts() {
            return editors.stream().mapToLong(Editor::conflicts).sum();
        }
    }

    private record Person(String name, KvClient client, Replica replica, LongAdder edits, LongAdder conflicts) {}

    private Document(List<KvClient> clients, Options options) {
        this.clients = clients;
        this.options = options;
        this.people = IntStream.range(0, options.editors())
                .mapToObj(at -> new Person(
                        NAMES.get(at),
                        clients.get(at % clients.size()),
                        new Replica(),
                        new LongAdder(),
                        new LongAdder()))
                .toList();
    }

    /**
     * Lets people write until the time is up, waits until all have seen all, and compares. Blocks.
     *
     * @param clients the editors take them in turn; each may ask another member
     * @throws ClientException if the document can't be begun, or nobody can be asked for it in the end
     */
    public static Result run(List<KvClient> clients, Options options) {
        return new Document(clients, options).run();
    }

    private Result run() {
        KvClient first = clients.get(0);
        TxnResponse begun = first.sync()
                .commit(Txn.of(IntStream.range(0, options.paragraphs())
                        .mapToObj(number -> Op.put(paragraph(number), ByteString.EMPTY))
                        .toArray(Op[]::new)));
        long beginning = Acked.of(begun).revision().orElseThrow();
        long start = System.nanoTime();
        List<AutoCloseable> watches = new ArrayList<>();
        try {
            people.forEach(person -> watches.add(person.replica().follow(person.client(), names.all(), beginning)));
            new Crowd()
                    .add("editor", people.size(), (number, open) -> editAll(people.get(number), open))
                    .run(options.time());
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            List<KeyValue> document = first.sync()
                    .get(names.all(), GetOptions.DEFAULT.withPrefix())
                    .getKvsList();
            return compare(document, took);
        } finally {
            watches.forEach(Document::end);
            first.delete(KeyRange.prefix(names.all()));
        }
    }

    private static void end(AutoCloseable watch) {
        try {
            watch.close();
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private ByteString paragraph(int number) {
        return names.key(String.format("paragraph/%06d", number));
    }

    private void editAll(Person person, BooleanSupplier open) {
        for (int number = 1; open.getAsBoolean(); number++) {
            String word = person.name() + number;
            try {
                edit(person, word, open);
            } catch (DefiniteFailure nothingHappened) {
                failed.increment();
            } catch (ClientException perhaps) {
                perhapsWritten.add(word);
            }
        }
    }

    private void edit(Person person, String word, BooleanSupplier open) {
        KeyValue newest = choose(person.replica().paragraphs());
        while (open.getAsBoolean()) {
            ByteString key = newest.getKey();
            Op write = Op.put(key, ByteString.copyFromUtf8(withWord(newest, word)));
            if (options.way() == Way.BLIND) {
                person.client().sync().commit(Txn.of(write));
                wrote(person, word);
                return;
            }
            TxnResponse answer = person.client()
                    .sync()
                    .commit(Txn.when(Compare.modRevision(key).equalTo(newest.getModRevision()))
                            .then(write)
                            .otherwise(Op.get(key)));
            if (answer.getSucceeded()) {
                wrote(person, word);
                return;
            }
            person.conflicts().increment();
            newest = answer.getResponses(0).getResponseRange().getKvs(0);
        }
    }

    private void wrote(Person person, String word) {
        written.add(word);
        person.edits().increment();
    }

    /** One that is not full yet; if there are too few of them, a new one. As this person sees the document. */
    private KeyValue choose(NavigableMap<ByteString, KeyValue> seen) {
        List<KeyValue> free = seen.values().stream()
                .filter(each -> words(each).size() < FULL_WORDS)
                .toList();
        int at = ThreadLocalRandom.current().nextInt(options.paragraphs());
        return at < free.size()
                ? free.get(at)
                : KeyValue.newBuilder().setKey(paragraph(seen.size())).build();
    }

    private static String withWord(KeyValue paragraph, String word) {
        List<String> words = new ArrayList<>(words(paragraph));
        words.add(ThreadLocalRandom.current().nextInt(words.size() + 1), word);
        return String.join(" ", words);
    }

    private static List<String> words(KeyValue paragraph) {
        String text = paragraph.getValue().toStringUtf8();
        return text.isEmpty() ? List.of() : List.of(text.split(" "));
    }

    private Result compare(List<KeyValue> document, Duration took) {
        Map<String, Integer> counts = new HashMap<>();
        document.forEach(paragraph -> words(paragraph).forEach(word -> counts.merge(word, 1, Integer::sum)));
        long newest =
                document.stream().mapToLong(KeyValue::getModRevision).max().orElse(0);
        long different = people.stream()
                .filter(person -> !person.replica().becomes(document, newest, CATCH_UP))
                .count();
        return new Result(
                options.way(),
                people.stream()
                        .map(person -> new Editor(
                                person.name(),
                                person.edits().sum(),
                                person.conflicts().sum(),
                                person.replica().changes()))
                        .toList(),
                document.stream().map(each -> each.getValue().toStringUtf8()).toList(),
                document.stream().mapToLong(KeyValue::getVersion).sum(),
                written.stream().filter(word -> !counts.containsKey(word)).count(),
                counts.values().stream().filter(count -> count > 1).count(),
                counts.keySet().stream()
                        .filter(word -> !written.contains(word) && !perhapsWritten.contains(word))
                        .count(),
                different,
                failed.sum(),
                perhapsWritten.size(),
                took);
    }
}
