package io.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** The published documentation is whole: the build checks that what is written is sound, this that something is written. */
final class DocumentationTest {
    private static final Path SOURCES = Path.of("src/main/java");

    @Test
    void publicApi_eachTypeAndMethod_hasAComment() throws IOException {
        List<String> silent = new ArrayList<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (Stream<Path> files = Files.walk(SOURCES);
                var manager = compiler.getStandardFileManager(null, null, null)) {
            List<Path> sources =
                    files.filter(file -> file.toString().endsWith(".java")).toList();
            JavacTask task = (JavacTask) compiler.getTask(
                    null, manager, null, List.of("-proc:none"), null, manager.getJavaFileObjectsFromPaths(sources));
            DocTrees docs = DocTrees.instance(task);
            for (CompilationUnitTree file : task.parse()) {
                new Scan(docs, silent).scan(file, true);
            }
            assertThat(sources).hasSizeGreaterThan(20);
        }
        assertThat(silent).as("public, and without a comment").isEmpty();
    }

    /** The argument: whether everything around is public. */
    private static final class Scan extends TreePathScanner<Void, Boolean> {
        private final DocTrees docs;
        private final List<String> silent;

        Scan(DocTrees docs, List<String> silent) {
            this.docs = docs;
            this.silent = silent;
        }

        @Override
        public Void visitClass(ClassTree type, Boolean visible) {
            boolean shown = visible && isShown(type.getModifiers());
            check(shown, type.getSimpleName().toString());
            return super.visitClass(type, shown);
        }

        @Override
        public Void visitMethod(MethodTree method, Boolean visible) {
            boolean inherited = method.getModifiers().getAnnotations().stream()
                    .anyMatch(each -> each.getAnnotationType().toString().equals("Override"));
            // A record's compact constructor: the type's comment is about its components.
            boolean constructor = method.getReturnType() == null;
            check(visible && isShown(method.getModifiers()) && !inherited && !constructor, method.getName() + "()");
            return null;
        }

        @Override
        public Void visitVariable(VariableTree field, Boolean visible) {
            boolean constant = field.getModifiers().getFlags().contains(Modifier.STATIC);
            check(
                    visible && constant && isShown(field.getModifiers()),
                    field.getName().toString());
            return null;
        }

        /** Members of an interface are public without saying so. */
        private boolean isShown(ModifiersTree modifiers) {
            boolean inInterface = getCurrentPath().getParentPath().getLeaf() instanceof ClassTree around
                    && around.getKind() == com.sun.source.tree.Tree.Kind.INTERFACE;
            return inInterface
                    || modifiers.getFlags().contains(Modifier.PUBLIC)
                    || modifiers.getFlags().contains(Modifier.PROTECTED);
        }

        private void check(boolean shown, String name) {
            if (shown && docs.getDocComment(getCurrentPath()) == null) {
                String file = Path.of(getCurrentPath()
                                .getCompilationUnit()
                                .getSourceFile()
                                .getName())
                        .getFileName()
                        .toString();
                silent.add(file + ": " + name);
            }
        }
    }
}
