package org.resnet4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/**
 * The table of {@code docs/reliability.md}, which consists of the {@link Promise}s of the tests.
 *
 * <p>{@code -Dresnet4j.write-docs=true} writes it; otherwise it must be current.
 */
class PromisesTableTest {
  private static final Path PAGE = Path.of("..", "docs", "reliability.md");
  private static final String START = "<!-- promises -->\n";
  private static final String END = "<!-- end -->";
  private static final int LAST = 12;

  /** A row. */
  private record Row(String id, String fault, String holds, String test) {
    int number() {
      return Integer.parseInt(id.substring(1));
    }

    String text() {
      return "| %s | %s | %s | `%s` |\n".formatted(id, fault, holds, test);
    }
  }

  private static List<Row> rows() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String module : List.of("core", "cli")) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "test", "java"))) {
        files.filter(file -> file.toString().endsWith("Test.java")).sorted().forEach(sources::add);
      }
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<Row> rows = new ArrayList<>();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      for (Path source : sources) {
        JavacTask task =
            (JavacTask)
                compiler.getTask(null, files, null, null, null, files.getJavaFileObjects(source));
        String test = source.getFileName().toString().replace(".java", "");
        task.parse().forEach(unit -> new Promises(test, rows).scan(unit, null));
      }
    }
    rows.sort(Comparator.comparing(Row::number)); // Stable: then by module, class and place.
    return rows;
  }

  /** Collects the annotations of a source file. */
  private static final class Promises extends TreeScanner<Void, Void> {
    private final String test;
    private final List<Row> rows;

    Promises(String test, List<Row> rows) {
      this.test = test;
      this.rows = rows;
    }

    @Override
    public Void visitAnnotation(AnnotationTree annotation, Void nothing) {
      if (annotation.getAnnotationType().toString().equals("Promise")) {
        Map<String, String> values = new HashMap<>();
        for (ExpressionTree argument : annotation.getArguments()) {
          AssignmentTree assignment = (AssignmentTree) argument;
          values.put(assignment.getVariable().toString(), text(assignment.getExpression()));
        }
        rows.add(new Row(values.get("id"), values.get("fault"), values.get("holds"), test));
      }
      return super.visitAnnotation(annotation, nothing);
    }

    private static String text(Tree expression) {
      return expression instanceof BinaryTree sum
          ? text(sum.getLeftOperand()) + text(sum.getRightOperand())
          : (String) ((LiteralTree) expression).getValue();
    }
  }

  @Test
  void every_promise_has_a_test() throws IOException {
    assertThat(rows().stream().map(Row::id).distinct())
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, LAST).mapToObj(number -> "A" + number).toList());
  }

  @Test
  void the_table_is_current() throws IOException {
    StringBuilder table =
        new StringBuilder("\n| id | fault | what holds | test |\n|---|---|---|---|\n");
    rows().forEach(row -> table.append(row.text()));
    table.append("\n");
    String page = Files.readString(PAGE);
    assertThat(page).contains(START, END);
    int from = page.indexOf(START) + START.length();
    int to = page.indexOf(END, from);
    String current = page.substring(0, from) + table + page.substring(to);
    if (Boolean.getBoolean("resnet4j.write-docs")) {
      Files.writeString(PAGE, current);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(current);
  }
}
