Feature: The rate rule
  Nobody gets more than 10 emails or 5 SMS in any minute. What is over the rule is held, in
  order, and told later; nothing is dropped. As a hand-over may begin up to a second after it
  was allowed, a place is free again after 61 seconds.

  Rule: Up to the limit everything is told at once

    Scenario: As many as the rule allows
      When Ada is told 10 things by email
      Then Ada has received 10 emails

    Scenario: One more than the rule allows is held
      When Ada is told 11 things by email
      Then Ada has received 10 emails
      And 1 email for Ada is held by the rate rule

    Scenario: SMS have a limit of their own
      When Grace is told 6 things by SMS
      Then Grace has received 5 SMS
      And 1 SMS for Grace is held by the rate rule

  Rule: What is held is told when the window has moved on

    Scenario: Not before
      When Ada is told 11 things by email
      And 60.9 seconds pass
      Then Ada has received 10 emails

    Scenario: But then
      When Ada is told 11 things by email
      And 61 seconds pass
      Then Ada has received 11 emails

    Scenario: The window slides with each email; it does not start anew every minute
      Given Ada was told 5 things by email
      And 40 seconds pass
      And Ada was told 5 things by email
      When 25 seconds pass
      And Ada is told 6 things by email
      Then Ada has received 15 emails

    Scenario: A long queue goes out window by window
      When Ada is told 25 things by email
      And 2 minutes pass
      Then Ada has received 20 emails

    Scenario: Until everything is told
      When Ada is told 25 things by email
      And 3 minutes pass
      Then Ada has received 25 emails

  Rule: Who came first is told first

    Scenario: The queue keeps its order
      When Ada is told 25 things by email
      And 3 minutes pass
      Then Ada has received them in the order in which they were published

    Scenario: Newcomers queue behind those that are held
      Given Ada was told 12 things by email
      And 30 seconds pass
      When Ada is told by email that "I came later"
      And 31 seconds pass
      Then Ada has received 13 emails
      And the last email that Ada received says "I came later"

  Rule: One person's flood is nobody else's

    Scenario: Each person has a window of their own
      Given Ada was told 30 things by email
      When Hedy is told by email that "Your parcel has arrived"
      Then Hedy has received 1 email

    Scenario: Each channel has a window of its own
      Given Hedy was told 30 things by email
      When Hedy is told by SMS that "Your parcel has arrived"
      Then Hedy has received 1 SMS

    Scenario: One address in two spellings is one person
      When 6 emails each go to "ada@example.com" and "ADA@Example.com"
      Then 10 emails have been received

  Rule: Being held spends no attempt

    Scenario: A busy provider is still asked four times
      Given Ada was told 10 things by email
      And the mail provider is busy for 3 attempts
      When Ada is told by email of the event "order-1"
      And 3 minutes pass
      Then the email of "order-1" was sent at attempt 4

    Scenario: Not even when it is held between two attempts
      Given Ada was told 9 things by email
      And the mail provider is busy for 3 attempts
      When Ada is told by email of the event "order-1"
      And 3 minutes pass
      Then the email of "order-1" was sent at attempt 4
