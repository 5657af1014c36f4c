package org.resnet4j.study;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.Promise;
import org.resnet4j.SmallShapes;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.train.FolderLock;
import org.resnet4j.train.RunException;

class StudyFolderTest {
  @TempDir Path folder;

  @Test
  @Promise(
      id = "A9",
      fault = "two processes in one study's folder, or in that of several seeds or folds",
      holds = "the second is refused and told the number of the first, which goes on")
  void a_study_in_a_folder_that_another_has_is_refused() {
    Path data = SmallShapes.write(folder.resolve("data"), 40, 20);
    Path study = folder.resolve("study");
    AtomicInteger refused = new AtomicInteger();
    Repeats.Result result =
        Repeats.run(
            new Repeats.Plan(
                RecipeFile.load(
                    "shapes",
                    Map.of("model", "resnet8", "epochs", "0", "iterations", "1", "warmup", "0")),
                data.toString(),
                Optional.empty(),
                Repeats.By.SEED,
                2,
                Optional.of(study),
                "test"),
            event -> {
              if (event instanceof StudyEvent.Finished) {
                assertRefused(study);
                refused.incrementAndGet();
              }
            },
            () -> false);
    assertThat(refused).hasValue(2);
    assertThat(result.repeats()).hasSize(2);
    try (FolderLock another = FolderLock.take(study)) {
      assertRefused(study);
    }
    assertThat(Repeats.resume(study, event -> {}, () -> false).points()).isEqualTo(result.points());
  }

  private static void assertRefused(Path study) {
    assertThatThrownBy(() -> Repeats.resume(study, event -> {}, () -> false))
        .isInstanceOf(RunException.class)
        .hasMessage(
            "%s: process %d works in it; wait for its end, or stop it first"
                .formatted(study, ProcessHandle.current().pid()));
  }

  @Test
  void every_study_works_alone_in_its_folder() {
    List<JavaCodeUnit> openers =
        new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("org.resnet4j.study")
                .stream()
                .filter(type -> !type.isEquivalentTo(Repeats.Opened.class)) // It only reads.
                .flatMap(type -> type.getCodeUnits().stream())
                .filter(unit -> calls(unit, "create|open"))
                .toList();
    assertThat(openers).hasSizeGreaterThanOrEqualTo(14); // Seven studies begin and go on.
    assertThat(openers).allMatch(unit -> calls(unit, "alone"));
  }

  private static boolean calls(JavaCodeUnit unit, String methods) {
    DescribedPredicate<JavaCall<?>> ofFolder =
        target(owner(JavaClass.Predicates.equivalentTo(StudyFolder.class)))
            .and(target(nameMatching(methods)));
    return unit.getMethodCallsFromSelf().stream().anyMatch(ofFolder);
  }
}
