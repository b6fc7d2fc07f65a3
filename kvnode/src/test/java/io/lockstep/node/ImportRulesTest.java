package io.lockstep.node;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.lockstep.node.storage.RaftLogOptions;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Who may import whom: the table of docs/architecture.md, and what keeps replicated code deterministic (I12). */
class ImportRulesTest {
    private static final String BASE = "io.lockstep.node";

    /** Package to the packages of ours that it may import. Every package may import error. */
    private static final Map<String, List<String>> MAY_IMPORT = Map.ofEntries(
            Map.entry("error", List.of()),
            Map.entry("config", List.of()),
            Map.entry("tls", List.of()),
            Map.entry("storage", List.of()),
            Map.entry("lease", List.of("storage")),
            Map.entry("auth", List.of("storage")),
            Map.entry("mvcc", List.of("storage", "lease", "auth")),
            Map.entry("apply", List.of("mvcc", "lease", "auth", "storage")),
            Map.entry("raft", List.of("apply", "tls")),
            Map.entry("members", List.of("raft")),
            Map.entry("read", List.of("raft", "mvcc")),
            Map.entry("propose", List.of("raft", "apply")),
            Map.entry("upkeep", List.of("mvcc")),
            Map.entry("backup", List.of()),
            Map.entry("expiry", List.of("propose", "lease", "apply")),
            Map.entry("watch", List.of("apply", "mvcc")),
            Map.entry("rpc", List.of("propose", "read", "raft", "apply", "mvcc", "lease", "auth", "watch", "tls")));

    private static JavaClasses classes;

    @BeforeAll
    static void importClasses() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(BASE);
    }

    @TestFactory
    Stream<DynamicTest> everyPackage_importsOnlyWhatItMay() {
        return MAY_IMPORT.entrySet().stream()
                .map(entry ->
                        DynamicTest.dynamicTest(entry.getKey(), () -> checkImports(entry.getKey(), entry.getValue())));
    }

    private static void checkImports(String from, List<String> allowed) {
        DescribedPredicate<JavaClass> ours = resideInAPackage(BASE + "..");
        DescribedPredicate<JavaClass> permitted =
                resideInAnyPackage(Stream.concat(Stream.of(from, "error"), allowed.stream())
                        .map(name -> BASE + "." + name + "..")
                        .toArray(String[]::new));
        DescribedPredicate<JavaClass> raftLogOptions = describe(
                "the options of the Raft log, for raft",
                target -> from.equals("raft") && target.isEquivalentTo(RaftLogOptions.class));
        noClasses()
                .that()
                .resideInAPackage(BASE + "." + from + "..")
                .should()
                .dependOnClassesThat(ours.and(DescribedPredicate.not(permitted.or(raftLogOptions))))
                .check(classes);
    }

    /** What stands on top of a whole node; nobody of the node may know it. */
    private static final List<String> ON_TOP = List.of("embedded", "junit");

    @Test
    void everyPackage_isInTheTable() {
        String[] known = Stream.concat(MAY_IMPORT.keySet().stream(), ON_TOP.stream())
                .map(name -> BASE + "." + name + "..")
                .toArray(String[]::new);
        classes()
                .that()
                .resideOutsideOfPackage(BASE)
                .should()
                .resideInAnyPackage(known)
                .check(classes);
    }

    @Test
    void whatStandsOnTop_isKnownToNobodyBelow() {
        noClasses()
                .that()
                .resideOutsideOfPackages(packages("embedded", "junit"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages("embedded", "junit"))
                .check(classes);
    }

    /** Servers run without it on their class path. */
    @Test
    void jUnit_isUsedByTheExtensionAlone() {
        noClasses()
                .that()
                .resideOutsideOfPackage(BASE + ".junit..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.junit..")
                .check(classes);
    }

    @Test
    void packages_haveNoCycles() {
        slices().matching(BASE + ".(*)..").should().beFreeOfCycles().check(classes);
    }

    /** JRaft takes the options of its log as RocksDB's own types: one class of raft hands them through. */
    @Test
    void rocksDb_isUsedByStorageAlone() {
        noClasses()
                .that()
                .resideOutsideOfPackage(BASE + ".storage..")
                .and()
                .doNotHaveFullyQualifiedName(BASE + ".raft.log.LogStorageSettings")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.rocksdb..")
                .check(classes);
    }

    @Test
    void jraft_isUsedByRaftAlone() {
        noClasses()
                .that()
                .resideOutsideOfPackage(BASE + ".raft..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.alipay.sofa..")
                .check(classes);
    }

    @Test
    void errorsAndReplicatedCode_knowNoTransport() {
        noClasses()
                .that()
                .resideInAnyPackage(packages("error", "storage", "mvcc", "lease", "auth", "apply"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.grpc..", "io.netty..")
                .check(classes);
    }

    @Test
    void replicatedCode_readsNoClockNoRandomNumbersAndNoHashOrder() {
        noClasses()
                .that()
                .resideInAnyPackage(packages("mvcc", "lease", "auth", "apply"))
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .callMethod(java.util.UUID.class, "randomUUID")
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(
                        Random.class,
                        java.security.SecureRandom.class,
                        java.util.concurrent.ThreadLocalRandom.class,
                        HashMap.class,
                        HashSet.class,
                        java.time.Instant.class,
                        java.time.Clock.class)
                .check(classes);
    }

    private static String[] packages(String... names) {
        return Stream.of(names).map(name -> BASE + "." + name + "..").toArray(String[]::new);
    }
}
