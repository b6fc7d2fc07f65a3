package io.lockstep.examples;

import io.lockstep.client.KvClient;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "bank",
        description = "Transfers between accounts, and auditors at each consistency: the sum is the same at all times.",
        footer = {
            "",
            "Examples:",
            "  kv example bank",
            "  kv example bank --accounts 3 --customers 20       many who want the same accounts",
            "  kv example bank --seconds 60                      time to kill a member meanwhile: kv kill leader"
        })
final class BankCommand extends Show {
    @Option(names = "--accounts", defaultValue = "20", paramLabel = "N", description = "How many. Default: 20.")
    int accounts;

    @Option(names = "--balance", defaultValue = "1000", paramLabel = "N", description = "Of each. Default: 1000.")
    long balance;

    @Option(
            names = "--customers",
            defaultValue = "8",
            paramLabel = "N",
            description = "Who transfer at the same time. Default: 8.")
    int customers;

    @Override
    boolean run(KvClient client, PrintWriter out) {
        Bank.Result result = Bank.run(client, new Bank.Options(accounts, balance, customers, cluster.time()));
        Table audits = new Table("audits", "how many", "wrong sums", "staleness: median", "highest");
        for (Bank.Audits each : result.audits()) {
            StalenessSummary staleness = each.staleness();
            audits.row(
                    each.consistency(),
                    staleness.reads(),
                    each.wrong(),
                    staleness.medianMillis() + " ms",
                    staleness.highestMillis() + " ms");
        }
        out.print(audits);
        out.printf(
                "  %,d transfers in %.1f s; %,d given up as an account had changed; %,d calls failed, %,d unknown%n",
                result.transfers(),
                result.took().toMillis() / 1e3,
                result.conflicts(),
                result.failed(),
                result.unknown());
        result.audits()
                .forEach(each -> each.firstWrong()
                        .ifPresent(wrong -> out.println("  wrong sum: " + wrong + " (" + each.consistency() + ")")));
        out.println(verdict(
                result.holds(),
                "every audit must come to " + result.expectedSum() + "; in the end there is " + result.finalSum()));
        return result.holds();
    }
}
