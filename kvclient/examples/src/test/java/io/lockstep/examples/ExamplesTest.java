package io.lockstep.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.client.GetOptions;
import io.lockstep.client.KvClient;
import io.lockstep.node.embedded.EmbeddedCluster;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/** The examples on a real cluster of three. */
@Timeout(180)
final class ExamplesTest {
    private static final Duration TIME = Duration.ofSeconds(3);

    private static EmbeddedCluster cluster;
    private static KvClient client;

    @BeforeAll
    static void start() {
        cluster = EmbeddedCluster.start(3);
        client = KvClient.builder()
                .endpoints(cluster.endpoints().toArray(String[]::new))
                .timeout(Duration.ofSeconds(20))
                .build();
    }

    @AfterAll
    static void stop() {
        client.close();
        cluster.close();
    }

    /** What a command printed. */
    private record Run(int exitCode, String out, String err) {}

    private static Run run(String... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = new CommandLine(new ExampleCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(words);
        return new Run(exitCode, out.toString(), err.toString());
    }

    private static String endpoints() {
        return String.join(",", cluster.endpoints());
    }

    @Test
    void shop_boughtWithTransactions_neverOversells() {
        Shop.Result result = Shop.run(client, Shop.Options.defaults(Shop.Way.COMPARE, TIME));

        assertThat(result.holds()).as(result.toString()).isTrue();
        assertThat(result.oversold()).isZero();
        assertThat(result.orders()).isPositive();
        assertThat(result.regions()).hasSize(3);
        assertThat(result.regions())
                .allSatisfy(region -> assertThat(region.staleness().reads())
                        .as(region.endpoint())
                        .isPositive());
    }

    @Test
    void shop_boughtBlindly_oversells() {
        Shop.Result result = Shop.run(client, Shop.Options.defaults(Shop.Way.BLIND, TIME));

        assertThat(result.oversold()).as(result.toString()).isPositive();
        assertThat(result.holds()).isFalse();
    }

    @Test
    void bank_auditedAtEachConsistency_hasOneSum() {
        Bank.Result result = Bank.run(client, Bank.Options.defaults(TIME));

        assertThat(result.holds()).as(result.toString()).isTrue();
        assertThat(result.transfers()).isPositive();
        assertThat(result.audits()).hasSize(3);
        assertThat(result.audits())
                .allSatisfy(audits -> assertThat(audits.staleness().reads())
                        .as(audits.consistency())
                        .isPositive());
    }

    @Test
    void leaderboard_readStale_isNoOlderThanItSays() {
        Leaderboard.Result result = Leaderboard.run(client, Leaderboard.Options.defaults(TIME));

        assertThat(result.holds()).as(result.toString()).isTrue();
        assertThat(result.written()).isPositive();
        assertThat(result.boards()).hasSize(3);
        assertThat(result.finalTop()).hasSize(10);
    }

    @Test
    void document_editedWithCompare_losesNothingAndIsTheSameForAll() {
        List<KvClient> clients = new ArrayList<>();
        try {
            for (String endpoint : cluster.endpoints()) {
                clients.add(KvClient.builder()
                        .endpoints(endpoint)
                        .timeout(Duration.ofSeconds(20))
                        .build());
            }
            Document.Result result = Document.run(clients, new Document.Options(Document.Way.COMPARE, 6, 1, TIME));

            assertThat(result.holds()).as(result.toString()).isTrue();
            assertThat(result.conflicts()).isPositive();
            assertThat(result.editors())
                    .hasSize(6)
                    .allSatisfy(editor ->
                            assertThat(editor.edits()).as(editor.name()).isPositive())
                    .allSatisfy(editor -> assertThat(editor.seen()).isEqualTo(result.changes()));
        } finally {
            clients.forEach(KvClient::close);
        }
    }

    @Test
    void document_editedBlindly_losesWords() {
        Document.Result result = Document.run(List.of(client), new Document.Options(Document.Way.BLIND, 6, 1, TIME));

        assertThat(result.lost()).as(result.toString()).isPositive();
        assertThat(result.different()).isZero();
        assertThat(result.holds()).isFalse();
    }

    @Test
    void example_asACommand_printsItsTablesAndRemovesItsKeys() {
        Run shop = run("shop", "--endpoints", endpoints(), "--seconds", "5", "--stock", "10");
        Run bank = run("bank", "--endpoints", endpoints(), "--seconds", "1");
        Run leaderboard = run("leaderboard", "--endpoints", endpoints(), "--seconds", "1");

        Run document = run("document", "--endpoints", endpoints(), "--seconds", "1");

        assertThat(shop.exitCode()).as(shop.err()).isZero();
        assertThat(shop.out()).contains("ok: orders and stock left add up", "oversold: ", "item 3");
        assertThat(bank.exitCode()).as(bank.err()).isZero();
        assertThat(bank.out()).contains("ok: every audit must come to 20000", "linearizable");
        assertThat(leaderboard.exitCode()).as(leaderboard.err()).isZero();
        assertThat(leaderboard.out()).contains("ok: 0 boards were older", "10 player-", "stale (stale, member");
        assertThat(document.exitCode()).as(document.err()).isZero();
        assertThat(document.out()).contains("ok: 0 words are lost", "and 0 of 4 replicas differ");
        assertThat(client.sync()
                        .get(Names.fresh("shop").all().substring(0, 8), GetOptions.DEFAULT.withPrefix())
                        .getCount())
                .isZero();
    }

    @Test
    void example_wrongOption_isOneLineAndExitCode2() {
        for (String[] words : new String[][] {
            {"shop", "--items", "0"},
            {"bank", "--accounts", "1"},
            {"leaderboard", "--players", "3"},
            {"document", "--editors", "9"},
            {"shop", "--seconds", "0"},
            {"bank", "--endpoints", "http://"}
        }) {
            Run wrong = run(words);

            assertThat(wrong.exitCode()).as(wrong.err()).isEqualTo(2);
            assertThat(wrong.err().lines()).hasSize(1);
            assertThat(wrong.err()).startsWith("kv: ");
        }
    }

    @Test
    void example_noCluster_isOneLineAndExitCode1() {
        Run gone = run("shop", "--endpoints", "127.0.0.1:1");

        assertThat(gone.exitCode()).isEqualTo(1);
        assertThat(gone.err().lines()).hasSize(1);
        assertThat(gone.err()).contains("kv up");
    }
}
