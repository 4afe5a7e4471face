/** What the widgets say, in the language of the page. */

const WORDS = {
  ko: {
    quizRight: "맞았어요! 아래 설명도 읽어 보세요.",
    quizWrong: "아직이에요. 고른 보기의 설명을 읽고 다시 골라 보세요.",
    quizPartly: "더 있어요. 맞는 보기를 모두 고르세요.",
    quizEmpty: "먼저 보기를 골라 주세요.",
    quizCount: (solved, all) => `이 수업의 퀴즈 ${all}개 가운데 ${solved}개를 풀었어요.`,
    marked: "표시했어요.",
    unmarked: "표시를 지웠어요.",
    done: "마침",
    progress: (done, all) => `${all}개 가운데 ${done}개 마침`,
    reset: "표시 모두 지우기",
    sure: "읽은 표시와 퀴즈 답을 이 브라우저에서 모두 지울까요?",
    over: "마감이 지났어요",
    yours: (time, zone) => `내 시각으로는 ${time} (${zone})`,
  },
  en: {
    quizRight: "Right! Read the explanation below, too.",
    quizWrong: "Not yet. Read why under your choice and try again.",
    quizPartly: "There is more. Choose all that are right.",
    quizEmpty: "Choose an answer first.",
    quizCount: (solved, all) => `${solved} of ${all} quizzes of this lesson solved.`,
    marked: "Marked.",
    unmarked: "The mark is gone.",
    done: "done",
    progress: (done, all) => `${done} of ${all} done`,
    reset: "Remove all marks",
    sure: "Remove all marks and quiz answers from this browser?",
    over: "the deadline has passed",
    yours: (time, zone) => `${time} where you are (${zone})`,
  },
};

/** @returns {"ko" | "en"} */
export const language = () => (document.documentElement.lang.startsWith("en") ? "en" : "ko");

/** @param {"ko" | "en"} code */
export const words = (code = language()) => WORDS[code];
