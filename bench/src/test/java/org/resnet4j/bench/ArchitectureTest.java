package org.resnet4j.bench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What may know of whom, so that a peer that is missing or dies takes nobody with it. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.resnet4j.bench");

  private static void onlyTheyKnow(String types, String packages) {
    noClasses()
        .that()
        .haveNameNotMatching("org\\.resnet4j\\.bench\\." + types)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(packages)
        .check(CLASSES);
  }

  @Test
  void onnx_runtime_is_known_to_its_contestant_alone() {
    onlyTheyKnow("OnnxContestant", "ai.onnxruntime..");
  }

  @Test
  void djl_is_known_to_its_contestants_alone() {
    onlyTheyKnow("Djl[A-Za-z]+", "ai.djl..");
  }

  @Test
  void native_code_is_left_to_the_library() {
    noClasses().should().dependOnClassesThat().resideInAPackage("org.bytedeco..").check(CLASSES);
  }
}
