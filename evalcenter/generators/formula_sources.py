"""Which calculators there are, and where each formula was published.

The texts name the publication and what of it is in dispute. The constants themselves stand in `formulas.py` and in the tables of
points; `docs/generators.md` states them, and the suite's sources say which statement of them was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

Calculator = Literal[
    "ckd_epi_2021",
    "cockcroft_gault",
    "bmi",
    "bsa_mosteller",
    "corrected_sodium",
    "corrected_calcium",
    "anion_gap",
    "albumin_adjusted_anion_gap",
    "osmolality",
    "osmolal_gap",
    "mean_arterial_pressure",
    "friedewald_ldl",
    "qtc_bazett",
    "framingham_2008",
    "meld",
    "meld_na",
    "meld_3",
    "child_pugh",
    "cha2ds2_vasc",
    "has_bled",
    "wells_pe",
    "wells_dvt",
    "perc",
    "curb_65",
    "qsofa",
    "news2",
    "glasgow_coma",
    "apgar",
    "due_date",
    "gestational_age",
    "ultrasound_dating",
]

SOURCES: Final[Mapping[Calculator, str]] = MappingProxyType(
    {
        "ckd_epi_2021": (
            "CKD-EPI creatinine equation without race. Inker LA, Eneanya ND, Coresh J, et al. New creatinine- and cystatin "
            "C-based equations to estimate GFR without race. N Engl J Med 2021;385:1737-1749"
        ),
        "cockcroft_gault": (
            "Cockcroft DW, Gault MH. Prediction of creatinine clearance from serum creatinine. Nephron 1976;16:31-41"
        ),
        "bmi": "Body mass index, kg/m2. WHO Technical Report Series 894. Geneva 2000",
        "bsa_mosteller": "Mosteller RD. Simplified calculation of body-surface area. N Engl J Med 1987;317:1098",
        "corrected_sodium": (
            "Katz MA. Hyperglycemia-induced hyponatremia. N Engl J Med 1973;289:843-844 (1.6 per 100 mg/dL); Hillier TA, Abbott "
            "RD, Barrett EJ. Am J Med 1999;106:399-403 (2.4). Both are in use, so the question names one"
        ),
        "corrected_calcium": (
            "The common rounded form of the adjustment of Payne RB, Little AJ, Williams RB, Milner JR. Br Med J 1973;4:643-646; "
            "coefficients differ between laboratories, so the question states them"
        ),
        "anion_gap": (
            "Emmett M, Narins RG. Clinical use of the anion gap. Medicine (Baltimore) 1977;56:38-54; forms with potassium exist, "
            "so the question says which"
        ),
        "albumin_adjusted_anion_gap": (
            "Figge J, Jabor A, Kazda A, Fencl V. Anion gap and hypoalbuminemia. Crit Care Med 1998;26:1807-1810; 2.5 mmol/L per "
            "g/dL; the normal albumin differs between texts, so the question states it"
        ),
        "osmolality": "Textbook formula; several forms are in use (with potassium, other factors), so the question states this one",
        "osmolal_gap": (
            "Measured less calculated osmolality; forms differ in divisors and in ethanol, so the question states this one"
        ),
        "mean_arterial_pressure": "Textbook approximation, diastolic plus a third of the pulse pressure; the question states it",
        "friedewald_ldl": (
            "Friedewald WT, Levy RI, Fredrickson DS. Clin Chem 1972;18:499-502; 2.2 is the usual divisor in mmol/L"
        ),
        "qtc_bazett": "Bazett HC. An analysis of the time-relations of electrocardiograms. Heart 1920;7:353-370",
        "framingham_2008": (
            "D'Agostino RB, Vasan RS, Pencina MJ, et al. General cardiovascular risk profile for use in primary care. "
            "Circulation 2008;117:743-753; model with lipids; the question gives the coefficients"
        ),
        "meld": (
            "Kamath PS, Wiesner RH, Malinchoc M, et al. Hepatology 2001;33:464-470, with the bounds of the transplant network "
            "(OPTN): no value below 1.0, creatinine at most 4.0 mg/dL, 4.0 after two dialyses in a week"
        ),
        "meld_na": (
            "OPTN policy 9.1 as in force from January 2016 to July 2023: MELD + 1.32 (137 - Na) - 0.033 MELD (137 - Na) where MELD "
            "is above 11, sodium from 125 to 137"
        ),
        "meld_3": (
            "Kim WR, Mannalithara A, Heimbach JK, et al. MELD 3.0: the model for end-stage liver disease updated for the modern "
            "era. Gastroenterology 2021;161:1887-1895"
        ),
        "child_pugh": (
            "Pugh RNH, Murray-Lyon IM, Dawson JL, et al. Br J Surg 1973;60:646-649, with the INR bands now usual; tables that "
            "begin the middle band of albumin at 30 g/L exist, so 28 to 29 is not drawn"
        ),
        "cha2ds2_vasc": "Lip GYH, Nieuwlaat R, Pisters R, Lane DA, Crijns HJGM. Chest 2010;137:263-272",
        "has_bled": "Pisters R, Lane DA, Nieuwlaat R, et al. Chest 2010;138:1093-1100; age 65 itself is not drawn",
        "wells_pe": "Wells PS, Anderson DR, Rodger M, et al. Thromb Haemost 2000;83:416-420",
        "wells_dvt": (
            "Wells PS, Anderson DR, Rodger M, et al. Evaluation of D-dimer in the diagnosis of suspected deep-vein thrombosis. N "
            "Engl J Med 2003;349:1227-1235 (ten items)"
        ),
        "perc": "Kline JA, Mitchell AM, Kabrhel C, et al. J Thromb Haemost 2004;2:1247-1255",
        "curb_65": "Lim WS, van der Eerden MM, Laing R, et al. Thorax 2003;58:377-382",
        "qsofa": "Singer M, Deutschman CS, Seymour CW, et al. Sepsis-3. JAMA 2016;315:801-810",
        "news2": "Royal College of Physicians. National Early Warning Score (NEWS) 2. London 2017, chart 1",
        "glasgow_coma": (
            "Teasdale G, Jennett B. Lancet 1974;2:81-84; six-point motor scale: the same. Acta Neurochir 1976;34:45-55"
        ),
        "apgar": "Apgar V. A new method of evaluation of the newborn infant. Curr Res Anesth Analg 1953;32:260-267",
        "due_date": "Naegele's rule, 280 days or by the calendar; the forms differ by up to three days, so the question says which",
        "gestational_age": "Completed weeks since the first day of the last menstrual period; a definition, no estimate",
        "ultrasound_dating": (
            "American College of Obstetricians and Gynecologists. Committee Opinion 700, Methods for estimating the due date. "
            "Obstet Gynecol 2017;129:e150-e154; the question states the thresholds of the first trimester"
        ),
    }
)
